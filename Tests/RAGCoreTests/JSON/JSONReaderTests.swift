import RAGCore
import Testing

@Suite("The JSON reader")
struct JSONReaderTests {
  private func read(_ bytes: [UInt8]) throws -> JSONValue {
    try bytes.withUnsafeBytes { bytes in
      var reader = try JSONReader(bytes)
      let value = try reader.value()
      try reader.end()
      return value
    }
  }

  @Test(
    "reads values",
    arguments: [
      ("null", .null), (" true ", .bool(true)), ("false", .bool(false)), ("-12", .integer(-12)),
      ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(0x1p63)),
      ("1e-12", .number(1e-12)), (#""""#, .string("")),
      (#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, .string("a\"\\/\u{8}\u{C}\n\r\té😀")),
      ("[]", .array([])), ("[1, [2]]", .array([.integer(1), .array([.integer(2)])])),
      (#"{"a": {}, "b": [null]}"#, .object(["a": .object([:]), "b": .array([.null])])),
    ] as [(String, JSONValue)])
  func values(text: String, value: JSONValue) throws {
    #expect(try read(Array(text.utf8)) == value)
  }

  @Test(
    "refuses what is not JSON",
    arguments: [
      "", "nul", "tru", "+1", "--1", "1e", "0x1", "nan", "inf", "1e999", "[1,]", "[1 2]", "[",
      "{,}", #"{"a"}"#, #"{"a":1,}"#, #"{a:1}"#, #"{"a":1,"a":2}"#, #"""#, #""\"#, #""\x""#,
      #""\u12""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00\ud800""#, "\"\u{1}\"", "1 1", "'a'",
    ])
  func invalid(text: String) {
    #expect(throws: JSONReader.SyntaxError.self) { try read(Array(text.utf8)) }
  }

  @Test("gives the bytes of keys, whether escaped or not, and reads integers alike in any place")
  func keys() throws {
    let text = #"{"a" : 7, "\u00e9\n":-12,"€é": 9223372036854775807 , "": 007}"#
    var members: [(key: String, value: Int)] = []
    try Array(text.utf8).withUnsafeBytes { bytes in
      var reader = try JSONReader(bytes)
      try reader.objectOfBytes { key, reader in
        let key = String(decoding: key, as: UTF8.self)
        members.append((key, try reader.integer()))
      }
      try reader.end()
    }
    #expect(members.map(\.key) == ["a", "é\n", "€é", ""])
    #expect(members.map(\.value) == [7, -12, .max, 7])
  }

  @Test(
    "refuses members that are no integers, as it refuses values",
    arguments: [
      #"{"a":1.5}"#, #"{"a":1e3}"#, #"{"a":}"#, #"{"a":1"#, #"{"a":12x}"#, #"{"a":-}"#,
      #"{"a":99999999999999999999}"#, #"{"\x":1}"#, #"{"a"1}"#, "{\"\u{1}\":1}", #"{"a":1,}"#,
      #"{"a"#, #"{"a\"#,
    ])
  func invalidMembers(text: String) {
    #expect(throws: JSONReader.SyntaxError.self) {
      try Array(text.utf8).withUnsafeBytes { bytes in
        var reader = try JSONReader(bytes)
        try reader.objectOfBytes { _, reader in _ = try reader.integer() }
        try reader.end()
      }
    }
  }

  @Test("refuses bytes that are no UTF-8 and nesting beyond its bound")
  func bounds() throws {
    #expect(throws: JSONReader.SyntaxError.self) { try read([0x22, 0xC0, 0x80, 0x22]) }
    let depth = JSONReader.maximumDepth
    let fits = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(throws: Never.self) { try read(Array(fits.utf8)) }
    #expect(throws: JSONReader.SyntaxError.self) { try read(Array("[\(fits)]".utf8)) }
    let endless = String(repeating: "{\"a\":", count: 1_000_000)
    #expect(throws: JSONReader.SyntaxError.self) { try read(Array(endless.utf8)) }
  }
}
