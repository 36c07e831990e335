import Foundation
import RAGCore
import RAGGenerate
import RAGRetrieve

/// A hit whose span counts the bytes of its text.
func makeHit(
  _ text: String, title: String? = nil, headings: [String] = [], path: String = "/d/a.txt",
  id: Int64 = 1, rank: Int = 1
) -> Hit {
  Hit(
    rank: rank, score: 1 / Double(rank),
    document: Hit.DocumentReference(id: path, path: path, title: title),
    chunk: Hit.ChunkReference(id: id, text: text, headings: headings),
    span: Span(
      utf8: 0..<text.utf8.count, characters: 0..<text.unicodeScalars.count, lines: 1...1))
}

func makeHits(_ texts: [String]) -> [Hit] {
  texts.enumerated().map { index, text in
    makeHit(text, path: "/d/\(index + 1).txt", id: Int64(index + 1), rank: index + 1)
  }
}

/// SplitMix64 (Steele, Lea & Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Counts whitespace-separated words as tokens.
struct WordCounter: TokenCounter {
  func tokenRanges(in text: String) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start: Int?
    var offset = 0
    for byte in text.utf8 {
      let isBlank = byte == 0x20 || byte == 0x0A
      if isBlank, let begun = start {
        ranges.append(begun..<offset)
        start = nil
      } else if !isBlank, start == nil {
        start = offset
      }
      offset += 1
    }
    if let start { ranges.append(start..<offset) }
    return ranges
  }
}

/// A bag of words hashed into 256 places: alike texts have alike vectors.
struct BagEmbedder: Embedder {
  let fingerprint = "bag"
  let name = "bag of words"
  let dimension = 256
  let maximumTokenCount = 512
  var tokenCounter: any TokenCounter { WordCounter() }

  func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
    texts.map { text in
      var vector = [Float](repeating: 0, count: dimension)
      for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
        // FNV-1a, the same in every process.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in word.utf8.prefix(6) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        vector[Int(hash % UInt64(dimension))] += 1
      }
      return vector
    }
  }
}

/// A bag of words that knows ASCII alone.
struct LatinEmbedder: Embedder {
  let bag = BagEmbedder()
  var fingerprint: String { bag.fingerprint }
  var name: String { bag.name }
  var dimension: Int { bag.dimension }
  var maximumTokenCount: Int { bag.maximumTokenCount }
  var tokenCounter: any TokenCounter { bag.tokenCounter }
  func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
    try await bag.embed(texts, as: role)
  }
  func familiarity(with text: String) -> Double {
    let scalars = text.unicodeScalars
    return scalars.isEmpty ? 1 : Double(scalars.count { $0.isASCII }) / Double(scalars.count)
  }
}

/// Finds each quote at its own place, but for those that hold a given word.
struct ScriptedVerifier: CitationVerifier {
  var refuted = "\0"
  var changed = "\0"
  var gone = "\0"

  func verify(
    _ quote: String, at textRange: Range<Int>, of hit: Hit
  ) async throws -> CitationVerdict {
    guard Array(quote.utf8) == Array(hit.chunk.text.utf8)[textRange].map({ $0 }) else {
      throw RAGError(.corrupt, "the quote is not the text in its range")
    }
    if quote.contains(refuted) { return .refuted }
    if quote.contains(changed) { return .sourceChanged }
    if quote.contains(gone) { return .sourceGone }
    return .verified(Span(utf8: textRange, characters: textRange, lines: 1...1))
  }
}

/// A backend that writes given pieces.
func scripted(_ pieces: [String], name: String = "scripted") -> ClosureBackend {
  ClosureBackend(
    name: name,
    pieces: { _ in
      AsyncStream { continuation in
        for piece in pieces { continuation.yield(piece) }
        continuation.finish()
      }
    })
}

extension String {
  /// The text in a range of UTF-8 offsets.
  func slice(_ range: Range<Int>) -> String {
    String(decoding: Array(utf8)[range], as: UTF8.self)
  }
}

/// A new file with a text; its path.
func temporaryFile(_ text: String) -> String {
  let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
  // A file that is not there makes the test fail.
  try? Data(text.utf8).write(to: url)
  return url.path
}
