import BenchmarkSupport
import RAG

/// Documents with a text and a vector each, and texts, the same for the same seed.
struct Documents {
  static let dimension = 384
  private static let centreCount = 1_000
  private static let vowels = "aeiou".map(String.init)
  private static let consonants = "bcdfghjklmnprstvwxyz".map(String.init)

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
    let (rank, place) = rankedWord()
    return "word\(rank)x\(place)"
  }

  /// A text of such words in letters, the shorter the more frequent: an encoder's tokenizer cuts
  /// them about as those of a language, where it takes digits one by one.
  mutating func plainText(words count: Int) -> String {
    (0..<count).map { _ in plainWord() }.joined(separator: " ")
  }

  private mutating func plainWord() -> String {
    let (rank, place) = rankedWord()
    var (number, word) = (rank * (rank - 1) / 2 + place, "")
    repeat {
      let (consonant, vowel) = (number / Self.vowels.count, number % Self.vowels.count)
      word += Self.consonants[consonant % Self.consonants.count] + Self.vowels[vowel]
      number = consonant / Self.consonants.count
    } while number > 0
    return word
  }

  private mutating func rankedWord() -> (rank: Int, place: Int) {
    let rank = 60_000 / Int.random(in: 1...60_000, using: &random)
    return (rank, Int.random(in: 0..<rank, using: &random))
  }
}
