import ArgumentParser
import BenchmarkSupport
import Foundation
import RAGIndex

/// Measures everything that the graph index does on one set of vectors.
@main
struct ANNBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ann",
    abstract: "Measures build, search, filters and changes of the graph index; writes JSON.",
    discussion: """
      Reads SET.base.fvecs, SET.query.fvecs and, if there, SET.gt.ivecs (the exact neighbours) \
      from --data: vectors of length 1. Without --data, clusters of random vectors are made from \
      a seed.

      Recall is of 10 hits: one is right when its exact similarity reaches the tenth exact one \
      less 1e-6. Searches run on one thread unless said otherwise. QPS are those of the fastest \
      of at least three batches within 0.4 s, then medians over the rounds, in which everything \
      compared takes turns. Memory is in MiB and read in a process that only opens the file and \
      searches it.
      """,
    subcommands: [MemoryProbe.self])

  @Option(help: "The directory of the vectors.") var data: String?
  @Option(help: "The name of the set.") var set = "random"
  @Option(help: "Random vectors to make without --data.") var count = 20_000
  @Option(help: "Elements of a random vector.") var dimension = 384
  @Option(help: "Threads of the builds; later steps build with the last.")
  var threads = ThreadCounts([1, 2])
  @Option(help: "How vectors are kept.") var encoding = VectorEncoding.compact
  @Option(help: "Links of a node on the upper levels; twice as many on the lowest.")
  var m = HNSWParameters().m
  @Option(help: "Candidates kept while a vector is inserted.")
  var efConstruction = HNSWParameters().efConstruction
  @Option(help: "Rounds of searches.") var rounds = 3
  @Flag(name: .long, help: "Leave out filters, scans, insertions and deletions.") var noOps = false
  @Option(help: "The file to write instead of standard output.") var out: String?

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
    guard data != nil || (count > 0 && dimension > 0) else {
      throw ValidationError("--count and --dimension must be at least 1")
    }
  }

  func run() throws {
    let workload = try workload()
    let builder = Builder(
      base: workload.base, encoding: encoding,
      parameters: HNSWParameters(m: m, efConstruction: efConstruction),
      threads: threads.counts)
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let document = Document(results: [
      Report(parts: try measure(workload, builder: builder, folder: folder))
    ])
    if let out {
      try json(document).write(to: URL(filePath: out))
    } else {
      try printJSON(document)
    }
  }

  private func workload() throws -> Workload {
    guard let data else {
      let (base, queries) = randomVectors(count: count, queries: 500, dimension: dimension)
      return try Workload(base: base, queries: queries, neighbours: nil, rounds: rounds)
    }
    let neighbours = "\(data)/\(set).gt.ivecs"
    return try Workload(
      base: VectorTable(path: "\(data)/\(set).base.fvecs"),
      queries: VectorTable(path: "\(data)/\(set).query.fvecs"),
      neighbours: FileManager.default.fileExists(atPath: neighbours)
        ? RowFile(path: neighbours) : nil, rounds: rounds)
  }

  private func measure(
    _ workload: Workload, builder: Builder, folder: TemporaryFolder
  ) throws -> [any Encodable] {
    let subject = Subject(
      peer: "rag graph \(encoding.rawValue)", set: set, n: workload.base.count,
      dim: workload.base.dimension, k: Workload.k, m: m, efConstruction: efConstruction)
    let built = try builder.measure(in: folder)
    let (file, opening) = try openingFigures(of: built.path, workload: workload)
    let curves = try CurveFigures(of: file, workload: workload)
    var parts: [any Encodable] = [
      subject, built.figures, opening, curves,
      try LatencyFigures(of: file, effort: curves.effort99, workload: workload),
      try MemoryFigures.measured(
        graph: built.path, queries: workload.queries, effort: curves.effort99, folder: folder),
    ]
    if !noOps {
      parts += [
        try FilterFigures(of: file, curves: curves, workload: workload),
        try ScanFigures(of: file, encoding: encoding, workload: workload),
        try ChangeFigures(
          of: built.graph, builder: builder, effort: .ef(curves.efForChanges), workload: workload),
      ]
    }
    return parts
  }
}
