import GRDB
import RAGCore

/// Tokenizes for full text: English words stemmed, Chinese, Japanese and Korean as bigrams.
///
/// FTS5's `porter unicode61` finds the words; a word that holds CJK characters is then cut into
/// its CJK runs, each indexed as overlapping pairs and its last character, and the rest.
final class LexicalTokenizer: FTS5WrapperTokenizer {
  static let name = "rag"

  let wrappedTokenizer: any FTS5Tokenizer

  init(db: Database, arguments: [String]) throws {
    wrappedTokenizer = try db.makeTokenizer(
      .porter(wrapping: .unicode61(diacritics: .remove)))
  }

  func accept(
    token: String, flags: FTS5TokenFlags, for tokenization: FTS5Tokenization,
    tokenCallback: FTS5WrapperTokenCallback
  ) throws {
    guard token.utf8.contains(where: { $0 >= 0xE1 }), token.unicodeScalars.contains(where: \.isCJK)
    else {
      try tokenCallback(token, flags)
      return
    }
    for piece in CJKPieces(token) {
      switch piece {
      case .word(let word):
        try tokenCallback(word, flags)
      case .run(let scalars):
        for index in scalars.indices {
          // At query time a run was cut already, and its last character would match too much.
          if index + 1 == scalars.count, scalars.count > 1, tokenization.contains(.query) { break }
          var text = String.UnicodeScalarView()
          text.append(contentsOf: scalars[index..<min(index + 2, scalars.count)])
          try tokenCallback(String(text), flags)
        }
      }
    }
  }
}

/// Cuts a word into runs of CJK characters and what stands between them.
struct CJKPieces: Sequence, IteratorProtocol {
  enum Piece {
    case word(String)
    case run([Unicode.Scalar])
  }

  private var rest: Substring.UnicodeScalarView

  init(_ text: String) { rest = Substring(text).unicodeScalars }

  mutating func next() -> Piece? {
    guard let first = rest.first else { return nil }
    let isCJK = first.isCJK
    let piece = rest.prefix { $0.isCJK == isCJK }
    rest = rest.dropFirst(piece.count)
    return isCJK ? .run(Array(piece)) : .word(String(piece))
  }
}

extension Unicode.Scalar {
  /// Whether the character is Han, kana, Hangul or bopomofo: written without spaces, or with
  /// endings joined to the word.
  var isCJK: Bool {
    switch value {
    case 0x1100...0x11FF, 0x2E80...0x2FDF, 0x3005...0x3007, 0x3040...0x312F, 0x3130...0x318F,
      0x31A0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA960...0xA97F, 0xAC00...0xD7FF,
      0xF900...0xFAFF, 0xFF66...0xFF9F, 0x1B000...0x1B16F, 0x20000...0x3FFFF:
      true
    default: false
    }
  }
}
