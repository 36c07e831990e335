import Foundation
import RAGCore
import RAGEmbed

/// A small tokenizer, and what its reference makes of texts (`tools/fixtures`).
struct TokenizerFixture {
  /// A text with its tokens and their byte ranges, special tokens aside.
  struct Case {
    var text: String
    var tokens: [Int32]
    var ranges: [Range<Int>]
  }

  static let kinds = ["unigram", "byte-pair", "character-pair", "word-piece"]

  /// Further cases, recorded by hand.
  static let fuzzDirectory = ProcessInfo.processInfo.environment["RAG_TOKENIZER_CASES"]

  private static var fixtures: URL {
    URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("Fixtures")
  }

  /// The members of the file.
  var members: [String: Any]

  init(_ kind: String) throws {
    let file = Self.fixtures.appendingPathComponent(kind + "/tokenizer.json")
    members = try Self.object(Data(contentsOf: file))
  }

  /// The variants of a kind.
  static func variants(of kind: String) throws -> [String: TokenizerFixture] {
    let file = fixtures.appendingPathComponent(kind + "/variants.json")
    let base = try TokenizerFixture(kind)
    return try object(Data(contentsOf: file)).compactMapValues { $0 as? [String: Any] }
      .mapValues(base.changed)
  }

  /// The recorded cases of a kind, by variant.
  static func cases(of kind: String, in directory: String? = nil) throws -> [String: [Case]] {
    let folder = directory.map { URL(fileURLWithPath: $0) } ?? fixtures
    let lines = try Data(contentsOf: folder.appendingPathComponent(kind + "/cases.jsonl"))
    var cases: [String: [Case]] = [:]
    for line in lines.split(separator: UInt8(ascii: "\n")) {
      // Foundation's reader drops a byte order mark.
      let line = try Data(line).withUnsafeBytes { bytes in
        var reader = try JSONReader(bytes)
        return try reader.value()
      }
      guard let variant = line["variant"]?.string, let text = line["text"]?.string,
        let tokens = line["ids"]?.array?.compactMap(\.integer),
        let ranges = line["ranges"]?.array?.map({ $0.array?.compactMap(\.integer) ?? [] })
      else { continue }
      cases[variant, default: []].append(
        Case(text: text, tokens: tokens.map(Int32.init), ranges: ranges.map { $0[0]..<$0[1] }))
    }
    return cases
  }

  /// The file with members exchanged; those of `model` one by one. A Precompiled step without its
  /// map stands for the file's own normalizer.
  func changed(_ changes: [String: Any]) -> TokenizerFixture {
    var fixture = self
    for (key, value) in changes {
      if key == "model", let model = value as? [String: Any] {
        let old = members["model"] as? [String: Any] ?? [:]
        fixture.members["model"] = old.merging(model) { $1 }
      } else {
        fixture.members[key] = filled(value)
      }
    }
    return fixture
  }

  private func filled(_ value: Any) -> Any {
    if let object = value as? [String: Any] {
      let isOwn = object["type"] as? String == "Precompiled" && object.count == 1
      return isOwn ? members["normalizer"] ?? NSNull() : object.mapValues(filled)
    }
    return (value as? [Any])?.map(filled) ?? value
  }

  /// Loads the tokenizer.
  func load() async throws -> any ModelTokenizer {
    try await withTemporaryDirectory { path in
      let data = try JSONSerialization.data(withJSONObject: members)
      try data.write(to: URL(fileURLWithPath: path + "/tokenizer.json"))
      return try TokenizerLoader.load(directory: path).tokenizer
    }
  }

  private static func object(_ data: Data) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }
}
