import ArgumentParser
import BenchmarkSupport
import Foundation
import RAGIndex

/// Times the graph index against an exact scan of the same vectors.
@main
struct ANNBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ann",
    abstract: "Times build, save, open and search of the graph, and prints JSON.",
    discussion: """
      Reads SET.base.fvecs and SET.query.fvecs from --data; without --data, clusters of random \
      unit vectors are made from a seed. Recall@10 is against the exact scan: a hit is right when \
      its score reaches the tenth exact score less 1e-6. Searches are single queries on one thread, \
      rounds of all ef values in turn; QPS are medians over the rounds.
      """)

  @Option(help: "The directory of the vectors.") var data: String?
  @Option(help: "The name of the set.") var set = "random"
  @Option(help: "Random vectors to make without --data.") var count = 20_000
  @Option(help: "Elements of a random vector.") var dimension = 384
  @Option(help: "Rounds of searches.") var rounds = 3
  @Option(help: "Links of a node on the upper levels; twice as many on the lowest.") var m = 16
  @Option(help: "Candidates kept while a vector is inserted.") var efConstruction = 200

  private static let efs = [10, 16, 32, 64, 128, 200, 400]
  private static let k = 10

  struct Result: Encodable {
    var set: String
    var count: Int
    var dimension: Int
    var buildSeconds: Double
    var saveSeconds: Double
    var openSeconds: Double
    var fileMiB: Double
    var exactQPS: Double
    var curve: [Point]
    var residentAnonymousMiB: Double
    var residentFileMiB: Double
  }

  struct Point: Encodable {
    var ef: Int
    var recall: Double
    var qps: Double
    /// Queries a second over those of the exact scan in the same run.
    var timesExact: Double
  }

  func run() throws {
    let (base, queries) = try vectors()
    let graph = try MutableGraph(
      dimension: base[0].count, metric: .cosine,
      parameters: HNSWParameters(m: m, efConstruction: efConstruction))
    graph.reserve(base.count)
    let buildSeconds = try seconds {
      for (index, vector) in base.enumerated() {
        try graph.insert(id: Int64(index), vector: vector)
      }
    }
    let path = FileManager.default.temporaryDirectory.appending(path: "ann-\(UUID()).graph").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var stamp: GraphFile.Stamp?
    let saveSeconds = try seconds { stamp = try GraphFile.write(graph, to: path) }
    var opened: GraphFile?
    let openSeconds = try seconds { opened = try GraphFile(path: path) }
    guard let file = opened, let stamp else { return }

    var exact: [[VectorMatch]] = []
    let exactSeconds = try seconds {
      exact = try queries.map { try file.exactSearch($0, k: Self.k) }
    }
    let exactQPS = Double(queries.count) / exactSeconds
    var times: [Int: [Double]] = [:]
    var right: [Int: Int] = [:]
    for round in 0...rounds {
      for ef in Self.efs {
        var found: [[VectorMatch]] = []
        let elapsed = try seconds {
          found = try queries.map { try file.search($0, k: Self.k, ef: ef) }
        }
        if round == 0 {
          right[ef] = zip(found, exact).reduce(0) { sum, pair in
            let bound = (pair.1.last?.score ?? 0) - 1e-6
            return sum + pair.0.count { $0.score >= bound }
          }
        } else {
          times[ef, default: []].append(elapsed)
        }
      }
    }
    let memory = residentMemory()
    try printJSON(
      Result(
        set: set, count: base.count, dimension: base[0].count, buildSeconds: buildSeconds,
        saveSeconds: saveSeconds, openSeconds: openSeconds,
        fileMiB: Double(stamp.byteCount) / 1_048_576, exactQPS: exactQPS,
        curve: Self.efs.map { ef in
          let qps = Double(queries.count) / median(times[ef] ?? [])
          return Point(
            ef: ef, recall: Double(right[ef] ?? 0) / Double(Self.k * queries.count), qps: qps,
            timesExact: qps / exactQPS)
        }, residentAnonymousMiB: memory.anonymous, residentFileMiB: memory.file))
  }

  private func vectors() throws -> (base: [[Float]], queries: [[Float]]) {
    guard let data else { return randomVectors() }
    let base = try readVectors(data + "/\(set).base.fvecs")
    let queries = try readVectors(data + "/\(set).query.fvecs")
    guard !base.isEmpty, !queries.isEmpty else {
      throw ValidationError("\(data) holds no vectors of \(set)")
    }
    return (base, queries)
  }

  /// Unit vectors around a hundred centres, so that there is something to navigate.
  private func randomVectors() -> (base: [[Float]], queries: [[Float]]) {
    var generator = SeededGenerator(seed: 1)
    func point(around centre: [Float]?, spread: Float) -> [Float] {
      (0..<dimension).map { index in
        // The sum of uniform numbers is near enough to a normal one.
        let noise = (0..<4).reduce(Float(0)) { sum, _ in
          sum + Float.random(in: -1...1, using: &generator)
        }
        return (centre?[index] ?? 0) + spread * noise
      }
    }
    let centres = (0..<100).map { _ in point(around: nil, spread: 1) }
    func sample(_ count: Int) -> [[Float]] {
      (0..<count).map { _ in
        point(around: centres.randomElement(using: &generator), spread: 0.5)
      }
    }
    return (sample(count), sample(500))
  }
}

/// Reads a file of vectors: for each, its number of elements (Int32) and the elements (Float32).
func readVectors(_ path: String) throws -> [[Float]] {
  let bytes = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
  var vectors: [[Float]] = []
  try bytes.withUnsafeBytes { buffer in
    var offset = 0
    while offset + 4 <= buffer.count {
      let count = Int(buffer.loadUnaligned(fromByteOffset: offset, as: Int32.self))
      offset += 4
      guard count > 0, offset + 4 * count <= buffer.count else {
        throw ValidationError("\(path) is not a file of vectors")
      }
      vectors.append(
        (0..<count).map { buffer.loadUnaligned(fromByteOffset: offset + 4 * $0, as: Float.self) })
      offset += 4 * count
    }
  }
  return vectors
}
