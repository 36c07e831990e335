import BenchmarkSupport
import RAG

/// Documents with a text and a vector each, the same for the same seed.
struct Documents {
  static let dimension = 384
  private static let centreCount = 1_000

  private var random: SeededGenerator
  private let centres: [[Float]]

  init(seed: UInt64) {
    var random = SeededGenerator(seed: 1)
    centres = (0..<Self.centreCount).map { _ in Self.vector(&random) }
    self.random = SeededGenerator(seed: seed)
  }

  private static func vector(_ random: inout SeededGenerator) -> [Float] {
    (0..<dimension).map { _ in Float.random(in: -1...1, using: &random) }
  }

  /// The next document, of about a hundred words.
  mutating func next(id: String) -> MemoryDocument {
    let words = (0..<100).map { _ in word() }
    return MemoryDocument(id: id, text: words.joined(separator: " "), vector: vector())
  }

  /// A vector as documents have them.
  mutating func vector() -> [Float] {
    let centre = centres[Int.random(in: 0..<centres.count, using: &random)]
    return centre.map { $0 + 0.8 * Float.random(in: -1...1, using: &random) }
  }

  /// A word of a rank as in a natural language: its frequency falls with the rank.
  mutating func word() -> String {
    let rank = 60_000 / Int.random(in: 1...60_000, using: &random)
    return "word\(rank)x\(Int.random(in: 0..<rank, using: &random))"
  }
}
