import RAGCore
import Testing

@testable import RAGHTTP

@Suite("Server-sent events")
struct ServerSentEventsTests {
  private func events(
    _ pieces: [ArraySlice<UInt8>], maximumByteCount: Int = 1 << 20
  ) throws -> [String] {
    var events = ServerSentEvents(maximumByteCount: maximumByteCount)
    return try pieces.flatMap { try events.messages(in: Array($0)) }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private func events(_ text: String, maximumByteCount: Int = 1 << 20) throws -> [String] {
    try events([Array(text.utf8)[...]], maximumByteCount: maximumByteCount)
  }

  @Test(
    "are read as the standard says",
    arguments: [
      ("data: a\n\n", ["a"]),
      ("data:a\n\ndata:  b\n\n", ["a", " b"]),
      ("data: a\ndata: b\n\n", ["a\nb"]),
      ("data\n\n", [""]),
      ("data\ndata\n\n", ["\n"]),
      ("data:\n\n", [""]),
      (": comment\n\ndata: a\n: comment\n\n", ["a"]),
      ("event: x\nid: 1\nretry: 5\ndata: a\n\n", ["a"]),
      ("event: x\n\ndata: a\n\n", ["a"]),
      ("\u{FEFF}data: a\n\n", ["a"]),
      ("data: a\n\n\u{FEFF}data: b\n\n", ["a"]),
      ("datax: a\n\nDATA: b\n\n data: c\n\n", []),
      ("data: a\r\rdata: b\r\n\r\ndata: c\n\r\n", ["a", "b", "c"]),
      ("data: a\r\ndata: b\r\r\n", ["a\nb"]),
      ("data: a: b\n\n", ["a: b"]),
      ("data: é数😀\n\n", ["é数😀"]),
      ("data: unfinished\n", []),
      ("", []), ("\n\n\n", []),
    ])
  func standard(text: String, expected: [String]) throws {
    #expect(try events(text) == expected)
  }

  @Test("do not depend on where the pieces are cut")
  func cuts() throws {
    let text = "\u{FEFF}: hi\r\ndata: é\rdata: 2\r\n\r\nevent: x\ndata:😀\n\ndata\r\r\ndata: z\n\n"
    let bytes = Array(text.utf8)
    let whole = try events(text)
    #expect(whole == ["é\n2", "😀", "", "z"])
    for first in 0...bytes.count {
      for second in first...bytes.count {
        #expect(
          try events([bytes[..<first], bytes[first..<second], bytes[second...]]) == whole,
          "\(first) \(second)")
      }
    }
    #expect(try events(bytes.indices.map { bytes[$0...$0] }) == whole)
  }

  @Test("of random bytes are the same in random pieces", arguments: 0..<200 as Range<UInt64>)
  func randomPieces(seed: UInt64) throws {
    var random = Seeded(seed: seed)
    let parts = ["data", ":", " ", "\r", "\n", "\r\n", "\n\n", "x", "é", "\u{FEFF}", "event", "\0"]
    let text = (0..<60).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
    let bytes = Array(text.utf8)
    var cuts = (0..<8).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
    cuts = [0] + cuts + [bytes.count]
    let pieces = zip(cuts, cuts.dropFirst()).map { bytes[$0..<$1] }
    #expect(try events(pieces) == events(text), "seed \(seed)")
  }

  @Test("that are too long are refused, in one line or in many")
  func limits() throws {
    #expect(try events("data: 0123456789\n\n", maximumByteCount: 16) == ["0123456789"])
    for text in [
      "data: 01234567890123456789", ": 01234567890123456789",
      String(repeating: "data: 0123\n", count: 4),
      String(repeating: "data\n", count: 20),
    ] {
      let error = #expect(throws: RAGError.self) { try events(text, maximumByteCount: 16) }
      #expect(error?.code == .limitExceeded)
    }
  }

  @Test("JSON lines do not depend on where the pieces are cut, and the last may be unfinished")
  func jsonLines() throws {
    let bytes = Array("{}\n\n{\"a\":1}\r\n{\"b\":\"é\"}".utf8)
    for cut in 0...bytes.count {
      var lines = JSONLines(maximumByteCount: 100)
      var messages = try lines.messages(in: Array(bytes[..<cut]))
      messages += try lines.messages(in: Array(bytes[cut...]))
      if let last = lines.lastMessage() { messages.append(last) }
      #expect(
        messages.map { String(decoding: $0, as: UTF8.self) } == [
          "{}", "{\"a\":1}", "{\"b\":\"é\"}",
        ])
    }
  }
}

@Suite("Halves of characters")
struct SurrogateHalvesTests {
  @Test(
    "make whatever a service sends JSON, and leave what is JSON",
    arguments: 0..<200 as Range<UInt64>)
  func anything(seed: UInt64) throws {
    var generator = Seeded(seed: seed)
    var halves = SurrogateHalves()
    let parts = [#"\ud83d"#, #"\ude00"#, #"\\"#, #"\""#, #"\n"#, #"\u00e9"#, "a", "é", "😀"]
    for _ in 0..<4 {
      let picked = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        parts.randomElement(using: &generator) ?? ""
      }
      let message = Array("\"\(picked.joined())\"".utf8)
      let joined = halves.joined(message)
      #expect(throws: Never.self, "seed \(seed): \(picked)") {
        try ChatJSON.decode(String.self, joined)
      }
      if !picked.contains(where: { $0.hasPrefix(#"\ud"#) }) { #expect(joined == message) }
    }
    // What is no JSON stays none, and ends no loop.
    for text in ["\\", "\\u", "\"\\ud83", "\\ud83d", "\\u+123", ""] {
      _ = halves.joined(Array(text.utf8))
    }
  }
}
