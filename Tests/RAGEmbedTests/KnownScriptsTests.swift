import Testing

@testable import RAGEmbed

@Suite("The scripts of a vocabulary")
struct KnownScriptsTests {
  /// A vocabulary of English, with single characters of others.
  private static let english: KnownScripts = {
    var pieces = ByteStrings()
    for index in 0..<1_200 { pieces.append("##word\(index)".utf8) }
    for index in 0..<2_000 { pieces.append("[unused\(index)]".utf8) }
    for value in UInt32(0x4E00)..<0x4F00 {
      if let scalar = Unicode.Scalar(value) { pieces.append(String(scalar).utf8) }
    }
    return KnownScripts(pieces)
  }()

  @Test(
    "are those that many pieces begin with",
    arguments: [
      ("How do whales sleep?", 1), ("naïve café", 1), ("RFC 7231", 1), ("42 + 1", 1), ("", 1),
      ("鲸鱼怎么睡觉", 0), ("Как спят киты", 0), ("用 nginx 服务", 5.0 / 8),
    ])
  func share(text: String, expected: Double) {
    #expect(abs(Self.english.share(of: text) - expected) < 1e-12)
  }

  @Test("are all, where nobody counted")
  func all() {
    #expect(KnownScripts().share(of: "鲸鱼") == 1)
  }
}
