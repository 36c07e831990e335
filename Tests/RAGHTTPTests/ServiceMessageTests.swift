import Testing

@testable import RAGHTTP

@Suite("What a service says about an error")
struct ServiceMessageTests {
  private func text(_ body: String, hiding prompt: String = "") throws -> String {
    ServiceMessage(key: try testKey(), privateText: prompt).text(of: Array(body.utf8))
  }

  @Test(
    "is found in the forms of the services",
    arguments: [
      (#"{"error":{"message":"no such model","type":"x"}}"#, "no such model"),
      (#"{"error":"no such model"}"#, "no such model"),
      (#"{"type":"error","error":{"type":"x","message":"overloaded"}}"#, "overloaded"),
      (#"{"object":"error","message":"bad"}"#, "bad"),
      (#"{"detail":"Not Found"}"#, "Not Found"),
      (#"{"detail":[{"loc":["body"],"msg":"too long","input":"all of it"}]}"#, "too long"),
      (#"{"input":"all of it"}"#, ""), ("[]", ""), ("{}", ""), ("7", ""),
      ("upstream is down\n", "upstream is down"), ("", ""),
    ])
  func forms(body: String, expected: String) throws {
    #expect(try text(body) == expected)
  }

  @Test("has no controls, and is one short line")
  func clean() throws {
    #expect(try text("a\u{1B}[31m\r\n\tb\u{202E}c\u{200B}\u{2028}d\u{0}") == "a [31m b c d")
    #expect(try text(String(repeating: "long ", count: 1000)).count == 201)
    #expect(try text(String(decoding: [0x61, 0xFF, 0x62], as: UTF8.self)) == "a\u{FFFD}b")
  }

  @Test("never holds the key")
  func key() throws {
    for body in [
      "Bearer \(secret)", #"{"error":"bad key \#(secret)"}"#,
      #"<p>sk-test\/4f2a+9b==</p>"#, String(repeating: "x", count: 190) + secret,
    ] {
      let text = try text(body)
      #expect(!text.contains(secret) && !text.contains("4f2a"), "\(text)")
    }
  }

  @Test("ends where it repeats the prompt")
  func echo() throws {
    let prompt = "The lease of the house in Elm Street ends in May.\nIt was signed by both."
    #expect(
      try text("cannot read 'The lease of the house in Elm Street ends' at 7", hiding: prompt)
        == "cannot read '…")
    #expect(try text("cannot read The lease", hiding: prompt) == "cannot read The lease")
    #expect(
      try text("é signed by both of them, was it", hiding: "signed by both of them, w") == "é …")
  }
}
