import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("The WordPiece tokenizer, compared with a plain one")
struct WordPieceReferenceTests {
  /// Both tokenizers, of the same pieces and rules.
  private struct Pair {
    var tokenizer: WordPieceTokenizer
    var reference: ReferenceWordPiece

    /// Whether both cut a text into the same tokens from the same bytes, in every way to ask.
    func agrees(on text: String) -> Bool {
      let expected = reference.encode(text)
      let encoding = tokenizer.encode(text)
      let modelTokens = tokenizer.modelTokens(of: text, maximumLength: 7)
      return encoding.tokens == expected.map(\.token)
        && encoding.ranges == expected.map(\.range)
        && tokenizer.tokenRanges(in: text) == encoding.ranges
        && tokenizer.tokenCount(of: text) == expected.count
        && modelTokens == [2] + expected.prefix(5).map(\.token) + [3]
    }
  }

  private static let special: [(text: String, token: Int32)] = [
    ("[PAD]", 0), ("[UNK]", 1), ("[CLS]", 2), ("[SEP]", 3),
  ]

  private func makePair(
    _ pieces: [String], added: [String: Int32] = ["[SEP]": 3], prefix: String = "##",
    maximumWordLength: Int = 100, _ rules: ReferenceNormalization
  ) async throws -> Pair {
    let tokens = pieces.enumerated().map { (text: $1, token: Int32($0 + 4)) }
    var reference = ReferenceWordPiece(Self.special + tokens)
    reference.prefix = prefix
    reference.addedTokens = added
    reference.normalization = rules
    reference.maximumWordLength = maximumWordLength
    let ends: [String: Any] = ["type": "BertProcessing", "sep": ["", 3], "cls": ["", 2]]
    let members: [String: Any] = [
      "added_tokens": added.map { ["id": $1, "content": $0] as [String: Any] },
      "normalizer": [
        "type": "BertNormalizer", "lowercase": rules.lowercases, "clean_text": rules.cleansText,
        "strip_accents": rules.stripsAccents, "handle_chinese_chars": rules.splitsChinese,
      ],
      "pre_tokenizer": ["type": "BertPreTokenizer"], "post_processor": ends,
    ]
    // The vocabulary by hand: as a dictionary of strings it would lose pieces that are equal but
    // for normalisation.
    var vocabulary: [String] = []
    for piece in Self.special + tokens {
      let key = try JSONSerialization.data(withJSONObject: [piece.text])
      vocabulary.append(String(decoding: key.dropFirst().dropLast(), as: UTF8.self))
      vocabulary[vocabulary.count - 1] += ":\(piece.token)"
    }
    var json = String(
      decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
    json.removeLast()
    json += """
      ,"model":{"type":"WordPiece","vocab":{\(vocabulary.joined(separator: ","))},
      "continuing_subword_prefix":"\(prefix)","max_input_chars_per_word":\(maximumWordLength)}}
      """
    let tokenizer = try await withTemporaryDirectory { path in
      try Data(json.utf8).write(to: URL(fileURLWithPath: path + "/tokenizer.json"))
      return try WordPieceTokenizer(directory: path)
    }
    return Pair(tokenizer: tokenizer, reference: reference)
  }

  @Test(
    "treats every scalar alike",
    arguments: [
      ReferenceNormalization(),
      ReferenceNormalization(stripsAccents: false, lowercases: false),
      ReferenceNormalization(cleansText: false, splitsChinese: false, stripsAccents: false),
      ReferenceNormalization(cleansText: false, lowercases: false),
    ])
  func scalars(rules: ReferenceNormalization) async throws {
    let scalars = (0..<UInt32(0x110000)).compactMap(Unicode.Scalar.init).filter { scalar in
      // Those that the standard library knows since a later version of Unicode have other rules.
      if let age = scalar.properties.age, age > (17, 0) { return false }
      // Of ideographs and Hangul, and of what is unassigned or private, some are enough.
      switch scalar.value {
      case 0x3400..<0x9F00, 0xAC00..<0xD700, 0xE000..<0xF800, 0x17000..<0x18A00,
        0x20000..<0x2F800, 0x2FA20...:
        return scalar.value % 1009 == 0
      default: return scalar.properties.age != nil || scalar.value % 101 == 0
      }
    }
    for start in stride(from: 0, to: scalars.count, by: 4096) {
      let block = scalars[start..<min(start + 4096, scalars.count)]
      // All that they may become: their parts, and themselves where they do not change.
      var images = Set(block)
      for scalar in block {
        let normalized = rules.normalized([.init(scalar: scalar, origin: 0..<1)])
        images.formUnion(normalized.map(\.scalar))
      }
      let pieces = ["a", "##a"] + images.sorted().flatMap { ["\($0)", "##\($0)"] }
      let pair = try await makePair(pieces, rules)
      for scalar in block {
        // A mark before it and after it shows whether it keeps them apart.
        let texts = ["a\(scalar)a", "\u{1D165}\(scalar)\u{302E}\u{1D165}a"]
        let isEqual = texts.allSatisfy(pair.agrees)
        if !isEqual { Issue.record("U+\(String(scalar.value, radix: 16))") }
      }
    }
  }

  @Test("cuts random texts alike, whatever the rules")
  func randomTexts() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    let marks = "\u{301}\u{302E}\u{1D165}\u{200D}\u{AD}\u{0}\n\u{B}\t"
    let alphabet = Array("aabcABC01éÉßİﬁяЯ한ᄒ中国𠀀豈≠[]=, 😀\(marks)".unicodeScalars)
    func text(_ lengths: ClosedRange<Int>, _ alphabet: [Unicode.Scalar]) -> String {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: lengths, using: &generator) {
        scalars.append(alphabet.randomElement(using: &generator) ?? "a")
      }
      return String(scalars)
    }
    for _ in 0..<150 {
      let rules = ReferenceNormalization(
        cleansText: .random(using: &generator), splitsChinese: .random(using: &generator),
        stripsAccents: .random(using: &generator), lowercases: .random(using: &generator))
      let prefix = ["##", "##", "", "a", "é"].randomElement(using: &generator) ?? ""
      let few = Array(alphabet.shuffled(using: &generator).prefix(8)) + ["a", "b", "é"]
      var pieces = Set<String>()
      for _ in 0..<60 {
        let lengths = Int.random(in: 0..<8, using: &generator) == 0 ? 10...24 : 1...4
        let start = Bool.random(using: &generator) ? prefix : ""
        pieces.insert(start + text(lengths, few))
      }
      let added = Dictionary(
        (0..<2).map { (text(1...3, few), Int32(900 + $0)) }, uniquingKeysWith: { $1 })
      let pair = try await makePair(
        pieces.sorted(), added: Bool.random(using: &generator) ? added : ["[SEP]": 3],
        prefix: prefix,
        maximumWordLength: [0, 1, 5, 20, 100].randomElement(using: &generator) ?? 100, rules)
      for _ in 0..<40 {
        let words = Int.random(in: 0...6, using: &generator)
        let parts = (0..<words).map { _ in
          Bool.random(using: &generator) ? text(1...24, few) : text(0...6, alphabet)
        }
        let sample = parts.joined(separator: Bool.random(using: &generator) ? " " : "")
        #expect(pair.agrees(on: sample), "seed \(seed), rules \(rules), prefix \(prefix)")
      }
    }
  }

  @Test("finds pieces of any length at any place, up to the last bytes of a text")
  func lengths() async throws {
    let word = "abcdefghijklmnopqrstuvwxyz0123456789"
    let pieces = (1...word.count).flatMap { length in
      [String(word.prefix(length)), "##" + word.suffix(length)]
    }
    // Every third one is missing.
    let kept = pieces.enumerated().filter { $0.offset % 3 > 0 }.map(\.element)
    let pair = try await makePair(kept, .init())
    for length in 1...word.count {
      for start in [word.prefix(length), word.suffix(length), word.uppercased().prefix(length)] {
        for end in ["", " ", ".", "é", "\u{1}", "a", " a", "中"] {
          #expect(pair.agrees(on: start + end), "\(start)\(end)")
        }
      }
    }
  }

  @Test("is the same from several threads at once")
  func threads() async throws {
    let pieces = ["a", "##a", "b", "##b", "e", "##e", "中"]
    let pair = try await makePair(pieces, .init())
    await withTaskGroup { group in
      for index in 0..<8 {
        group.addTask {
          let text = String(repeating: "abé ab\u{301}a 中b", count: index * 300)
          let expected = pair.reference.encode(text).map(\.token)
          for _ in 0..<20 { #expect(pair.tokenizer.encode(text).tokens == expected) }
        }
      }
    }
  }
}
