import Testing

@testable import RAGGenerate

@Suite struct LinearPatternTests {
  @Test(arguments: [
    ("", "", true), ("a", "bab", true), ("^a", "ba", false), ("a$", "ab", false), ("^$", "", true),
    ("^(a|bc)*$", "abca", true), ("^(a|bc)*$", "abcb", false), ("^a?b+c*$", "bbb", true),
    ("^a{2,3}$", "a", false), ("^a{2,3}$", "aaa", true), ("^a{2,3}$", "aaaa", false),
    ("^a{2}$", "aa", true), ("^a{2,}$", "aaaaa", true), ("^a{0}$", "", true),
    ("^\\d{4}-\\d\\d-\\d\\d$", "2024-01-31", true), ("^[^@\\s]+@[^@\\s]+$", "a@b.c", true),
    ("^[^@\\s]+@[^@\\s]+$", "a @b", false), ("^.$", "\n", false), ("^.$", "数", true),
    ("^[\\u]", "u", false), ("^[a\\-z]$", "-", true), ("^[a-]$", "-", true),
    ("^\\W\\S$", "!x", true),
    ("^(?:ab)+?$", "abab", true), ("^()*$", "", true), ("^(a*)*$", "aaa", true),
    ("a|^b|c$", "xc", true),
    ("^[]]$", "]", false), ("(^a|b$)", "cb", true), ("x*", "", true), ("\\D", "123", false),
  ])
  func `matches as ECMA-262 does`(pattern: String, text: String, matches: Bool) throws {
    // The two that are refused match nothing.
    #expect((try? LinearPattern(pattern))?.matches(text) ?? false == matches)
  }

  @Test(arguments: [
    "(", ")", "[a", "*", "a**", "{2}", "a{", "a{3,2}", "a{9999}", "(?=a)", "(?<n>a)", "\\1", "\\b",
    "\\p{L}", "[z-a]", "a\\", "((a{1000}){1000})", String(repeating: "(", count: 200),
    String(repeating: "a", count: 1001), "(a{0,1000}){0,1000}",
  ])
  func `what is not known is refused`(pattern: String) {
    #expect(throws: LinearPattern.Refusal.self) { try LinearPattern(pattern) }
  }

  @Test func `patterns that make others run for ever take no longer`() throws {
    let text = String(repeating: "a", count: 20_000) + "!"
    for pattern in ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(a*)*b", "^(((a+)+)+)+$"] {
      #expect(try LinearPattern(pattern).matches(text) == false)
    }
    #expect(try LinearPattern("((){1000}){1000}").matches("") == true)
    #expect(
      try LinearPattern("^(a{0,30}){0,30}$").matches(String(repeating: "a", count: 901)) == false)
    let huge = String(repeating: "a", count: 1_000_000)
    let schema = try JSONSchema(#"{"pattern": "a{900}b"}"#)
    #expect(try schema.problems(in: "\"\(huge)\"").map(\.message)[0].contains("too long"))
    let many =
      "[" + Array(repeating: "\"\(huge.prefix(3_000))\"", count: 100).joined(separator: ",") + "]"
    let all = try JSONSchema(#"{"items": {"pattern": "a{900}"}}"#)
    #expect(try all.problems(in: many).contains { $0.message.contains("too long") })
  }

  /// Simple patterns against Swift's own engine.
  @Test(arguments: 0..<300 as Range<UInt64>)
  func `random patterns match as another engine says`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let pieces = [
      "a", "b", "(a|b)", "[ab]", "[^a]", ".", "a*", "b+", "a?", "(ab)*", "a{1,2}", "(a|)",
    ]
    let middle = (0..<4).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    let pattern = Bool.random(using: &generator) ? "^\(middle)$" : middle
    let mine = try LinearPattern(pattern)
    let other = try Regex(pattern)
    for _ in 0..<30 {
      let text = (0..<Int.random(in: 0...7, using: &generator)).map { _ in
        ["a", "b", "c"].randomElement(using: &generator) ?? ""
      }.joined()
      #expect(mine.matches(text) == text.contains(other), "\(pattern) in \(text)")
    }
  }
}
