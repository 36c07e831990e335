import ArgumentParser
import BenchmarkSupport
import Foundation
import RAG

/// `store cycles`
struct Cycles: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What is left of an index after many updates, against a fresh one.")

  @Option(help: "Documents in the index.") var documents = 10_000
  @Option(help: "Cycles, each of which replaces a tenth of them.") var cycles = 50
  @Option(help: "Where the indexes are made; they are left there.") var folder: String

  struct Result: Encodable {
    var aged: Figures
    var fresh: Figures
    var sizeRatio: Double
    /// Of the totals of `memory`.
    var memoryRatio: Double
    var recallDifference: Double
    /// Largest size after any cycle, against the fresh one.
    var largestSizeRatio: Double
    var secondsPerCycle: Double
  }

  struct Figures: Encodable {
    var bytes: Int
    /// Of another process, which opens and searches the index.
    var memory: Footprint.Result
    var recallAt10: Double
    var p50Milliseconds: Double
  }

  func run() async throws {
    let aged = try await Engine.open(at: folder + "/aged")
    let fresh = try await Engine.open(at: folder + "/fresh")
    var maker = Documents(seed: 7)
    var current = (0..<documents).map { maker.next(id: "d\($0)") }
    try await aged.upsert(current)
    var largest = 0
    var random = SeededGenerator(seed: 9)
    var spent = 0.0
    for _ in 0..<cycles {
      let chosen = Array(current.indices.shuffled(using: &random).prefix(documents / 10))
      for index in chosen { current[index] = maker.next(id: current[index].id) }
      let replaced = chosen.map { current[$0] }
      spent += try await seconds { _ = try await aged.upsert(replaced) }
      largest = max(largest, try await aged.status().indexBytes)
    }
    try await fresh.upsert(current)
    let queries = (0..<500).map { _ in maker.vector() }
    let a = try await figures(aged, "aged", queries)
    let b = try await figures(fresh, "fresh", queries)
    try printJSON(
      Result(
        aged: a, fresh: b, sizeRatio: Double(a.bytes) / Double(b.bytes),
        memoryRatio: a.memory.totalMiB / b.memory.totalMiB,
        recallDifference: a.recallAt10 - b.recallAt10,
        largestSizeRatio: Double(largest) / Double(b.bytes),
        secondsPerCycle: spent / Double(cycles)))
  }

  private func figures(
    _ engine: Engine, _ name: String, _ queries: [[Float]]
  ) async throws -> Figures {
    var (found, times) = (0, [Double]())
    for vector in queries {
      var ids: Set<Int64> = []
      times.append(
        try await seconds {
          ids = Set(
            try await engine.search(Query("", mode: .vector, vector: vector)).map(\.chunk.id))
        })
      let exact = try await engine.search(Query("", mode: .vector, vector: vector, recall: 1))
      found += exact.count { ids.contains($0.chunk.id) }
    }
    return Figures(
      bytes: try await engine.status().indexBytes,
      memory: try Footprint.measured(folder + "/" + name),
      recallAt10: Double(found) / Double(10 * queries.count),
      p50Milliseconds: median(times) * 1_000)
  }
}
