import CRAGKernels
import Foundation
import RAGCore
import Testing

@testable import RAGIndex

/// SplitMix64: random numbers that a seed repeats.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Roughly normal: the sum of twelve uniform numbers.
  mutating func normal() -> Float {
    var sum: Float = -6
    for _ in 0..<12 { sum += Float.random(in: 0..<1, using: &self) }
    return sum
  }

  mutating func vector(_ dimension: Int) -> [Float] { (0..<dimension).map { _ in normal() } }

  /// Vectors around random centres, as embeddings of texts on some subjects lie.
  mutating func clustered(_ count: Int, dimension: Int, clusters: Int) -> [[Float]] {
    let centres = (0..<clusters).map { _ in vector(dimension) }
    return (0..<count).map { _ in
      let centre = centres[Int.random(in: 0..<clusters, using: &self)]
      return centre.map { $0 + 0.7 * normal() }
    }
  }
}

/// A directory that is removed with its last reference.
final class TemporaryDirectory {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "rag-index-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: url.appending(path: name))
    return path(name)
  }

  func bytes(of name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: url.appending(path: name)))
  }
}

func makeGraph(
  _ vectors: [[Float]], metric: VectorMetric = .cosine, encoding: VectorEncoding = .float32,
  parameters: HNSWParameters = HNSWParameters(), threads: Int = 2
) throws -> MutableGraph {
  let graph = try MutableGraph(
    dimension: vectors[0].count, metric: metric, encoding: encoding, parameters: parameters)
  try graph.insert(
    ids: vectors.indices.map(Int64.init), vectors: vectors.flatMap { $0 }, threads: threads)
  return graph
}

/// The share of the hits whose score reaches the last of the true ones, less a rounding.
func recall(_ found: [[Match]], _ truth: [[Match]]) -> Double {
  var hits = 0
  var wanted = 0
  for (found, truth) in zip(found, truth) {
    let bar = (truth.last?.score ?? 0) - 1e-6
    hits += found.filter { $0.score >= bar }.count
    wanted += truth.count
  }
  return Double(hits) / Double(wanted)
}

/// Holds every node and link of a graph against what search and deletion rely on.
func checkInvariants(_ graph: MutableGraph) {
  let view = graph.view
  let live = graph.live.slots
  func level(_ slot: UInt32) -> Int { Int(graph.levels.base[Int(slot)]) }
  #expect(live.count == graph.count)
  #expect(Set(graph.freeSlots).union(live) == Set(0..<UInt32(graph.slotCount)))
  #expect(graph.freeSlots.count + live.count == graph.slotCount)
  guard !live.isEmpty else {
    #expect(view.entry == GraphView.none)
    return
  }
  #expect(level(view.entry) == graph.topLevel)
  #expect(live.allSatisfy { level($0) <= graph.topLevel })
  #expect(live.allSatisfy { graph.slotOfID[view.ids[Int($0)]] == $0 })

  var upperRows = Set<Int>()
  for slot in live {
    for level in 0...level(slot) {
      if level > 0 {
        #expect(upperRows.insert(Int(view.upperRows[Int(slot)]) + level - 1).inserted)
      }
      let row = graph.mutableLinks(slot, level)
      let room = (0..<view.degree(level)).map { row[$0] }
      let links = room.prefix { $0 != GraphView.none }
      let isSound =
        room.dropFirst(links.count).allSatisfy { $0 == GraphView.none }
        && Set(links).count == links.count && !links.contains(slot)
        && links.allSatisfy { graph.live.contains($0) && Int(graph.levels.base[Int($0)]) >= level }
      #expect(isSound, "links of slot \(slot) on level \(level): \(room)")
    }
  }
  let freeRows = graph.freeUpperRows.flatMap { length, rows in
    rows.flatMap { Int($0)..<(Int($0) + length) }
  }
  #expect(upperRows.isDisjoint(with: freeRows))
  #expect(upperRows.count + freeRows.count == graph.upperRowCount)
}

/// The nodes that paths on level 0 lead to from the entry.
func reachableCount(_ view: GraphView) -> Int {
  guard view.entry != GraphView.none else { return 0 }
  var seen: Set<UInt32> = [view.entry]
  var frontier = [view.entry]
  while let slot = frontier.popLast() {
    for index in 0..<view.degree(0) {
      let link = view.groundLinks[Int(slot) * view.degree(0) + index]
      if link != GraphView.none, seen.insert(link).inserted { frontier.append(link) }
    }
  }
  return seen.count
}
