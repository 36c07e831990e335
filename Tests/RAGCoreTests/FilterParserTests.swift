import RAGCore
import Testing

@Suite("Filter parser")
struct FilterParserTests {
  @Test(
    "reads every form of the grammar",
    arguments: [
      ("language = en", .equals(field: "language", "en")),
      ("language=\"en\"", .equals(field: "language", "en")),
      ("title = 'it''s'", nil),
      ("title = 'it\\'s \"so\"'", .equals(field: "title", "it's \"so\"")),
      ("year = 2024", .equals(field: "year", 2024)),
      ("year = -1.5e3", .equals(field: "year", -1500)),
      ("version = \"2\"", .equals(field: "version", "2")),
      ("draft = TRUE", .equals(field: "draft", true)),
      ("draft != false", .not(.equals(field: "draft", false))),
      (
        "date < 2024-03-01", .range(field: "date", .init(upper: "2024-03-01", includesUpper: false))
      ),
      ("n <= 5", .range(field: "n", .init(upper: 5))),
      ("n > 5", .range(field: "n", .init(lower: 5, includesLower: false))),
      ("n>=5", .range(field: "n", .init(lower: 5))),
      ("n between 1 and 5", .range(field: "n", .init(lower: 1, upper: 5))),
      (
        "n Between 1 exclusive AND 5 Exclusive",
        .range(
          field: "n", .init(lower: 1, upper: 5, includesLower: false, includesUpper: false))
      ),
      ("tag in (a, \"b c\", 3)", .isIn(field: "tag", ["a", "b c", 3])),
      ("tag IN ()", .isIn(field: "tag", [])),
      ("path prefix docs/guide", .hasPrefix(field: "path", "docs/guide")),
      ("path ^= \"docs/\"", .hasPrefix(field: "path", "docs/")),
      ("path ^= 12", .hasPrefix(field: "path", "12")),
      ("exists author.name", .exists(field: "author.name")),
      ("exists `author name`", .exists(field: "author name")),
      ("`and` = or_", .equals(field: "and", "or_")),
      ("`a``b` = x", .equals(field: "a`b", "x")),
      ("not exists a", .not(.exists(field: "a"))),
      ("not not exists a", .not(.not(.exists(field: "a")))),
      (
        "a=1 or b=2 and c=3",
        .or([.equals(field: "a", 1), .and([.equals(field: "b", 2), .equals(field: "c", 3)])])
      ),
      (
        "(a=1 or b=2) and not c=3",
        .and([
          .or([.equals(field: "a", 1), .equals(field: "b", 2)]), .not(.equals(field: "c", 3)),
        ])
      ),
      (
        "a=1 and b=2 and c=3",
        .and([.equals(field: "a", 1), .equals(field: "b", 2), .equals(field: "c", 3)])
      ),
      ("((a = 1))", .equals(field: "a", 1)),
      ("标题 = 北京", .equals(field: "标题", "北京")),
      (#"a = "\n\t\\\u{1F600}""#, .equals(field: "a", "\n\t\\😀")),
      ("a = \"\u{301}x\"", .equals(field: "a", "\u{301}x")),
      ("a = nan", .equals(field: "a", "nan")),
      ("a = 0x10", .equals(field: "a", "0x10")),
      ("\n a\t= 1 ", .equals(field: "a", 1)),
      ("n = 9007199254740991", .equals(field: "n", 9_007_199_254_740_991)),
      ("n = 9007199254740992", .equals(field: "n", "9007199254740992")),
      ("n = 9007199254740993", .equals(field: "n", "9007199254740993")),
      ("n != -9007199254740993", .not(.equals(field: "n", "-9007199254740993"))),
      ("n in (1, +9223372036854775807)", .isIn(field: "n", [1, "9223372036854775807"])),
      ("n = 9007199254740993.0", .equals(field: "n", .number(9_007_199_254_740_992))),
      (
        "n > 9007199254740995",
        .range(field: "n", .init(lower: .number(0x1.0000000000002p53), includesLower: false))
      ),
      (
        "n between 1e16 and 1e300",
        .range(field: "n", .init(lower: .number(1e16), upper: .number(1e300)))
      ),
    ] as [(String, Filter?)])
  func forms(text: String, expected: Filter?) throws {
    if let expected {
      #expect(try Filter(parsing: text) == expected)
      #expect(try Filter(parsing: expected.description) == expected)
    } else {
      #expect(throws: RAGError.self) { try Filter(parsing: text) }
    }
  }

  @Test(
    "names the column and what was expected there",
    arguments: [
      ("", 1, "a field"), ("   ", 4, "a field"), ("language", 9, "a comparison"),
      ("language =", 11, "a value"), ("language = en fr", 15, "`and`, `or` or the end"),
      ("= en", 1, "a field"), ("a = and", 5, "put a keyword in quotes"),
      ("a = 1 and", 10, "a field"), ("a = 1 or or", 10, "a field"), ("(a = 1", 7, "`)`"),
      ("a = 1)", 6, "the end"), ("a in b", 6, "`(`"), ("a in (b c)", 9, "`,` or `)`"),
      ("a in (b,)", 9, "a value"), ("a between 1 or 2", 13, "`and`"),
      ("exists", 7, "a field"), ("exists (a)", 8, "a field"), ("a ! b", 3, "`!=`"),
      ("a == b", 4, "a value"), ("a = \"b", 5, "no other to end it"), ("a = 'b\"", 5, "no other"),
      ("`a = b", 1, "no other"), ("`` = b", 1, "the name of a field"),
      ("a/b = 1", 1, "a field"), ("a = \"\\x\"", 6, "expected one of"),
      ("a = \"\\u{110000}\"", 6, "expected one of"), ("a = \"\\", 6, "cut short"),
      ("a = $x", 5, "put it in quotes"), ("é = ü and 北 ?", 13, "put it in quotes"),
      ("a prefix (", 10, "a value"), ("a = true false", 10, "the end"),
    ])
  func errors(text: String, column: Int, expectation: String) throws {
    let error = #expect(throws: RAGError.self) { try Filter(parsing: text) }
    #expect(error?.code == .invalidInput)
    let message = error?.message ?? ""
    #expect(message.contains("column \(column):"), "\(message)")
    #expect(message.contains(expectation), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test("bounds depth and length")
  func bounds() throws {
    func nested(_ count: Int) -> String {
      String(repeating: "(", count: count) + "a = 1" + String(repeating: ")", count: count)
    }
    #expect(try Filter(parsing: nested(63)) == .equals(field: "a", 1))
    for text in [nested(64), String(repeating: "not ", count: 64) + "a = 1"] {
      let error = #expect(throws: RAGError.self) { try Filter(parsing: text) }
      #expect(error?.code == .invalidInput)
      #expect(error?.message.contains("64 deep") ?? false)
    }
    var wide = Limits()
    wide.queryByteCount = 1 << 20
    for text in [nested(100_000), String(repeating: "not ", count: 100_000)] {
      let error = #expect(throws: RAGError.self) { try Filter(parsing: text, limits: wide) }
      #expect(error?.code == .invalidInput)
      let long = #expect(throws: RAGError.self) { try Filter(parsing: text) }
      #expect(long?.code == .limitExceeded)
      #expect(long?.message.contains("queryByteCount") ?? false)
    }
  }

  @Test("reads what it prints, for random filters", arguments: 0..<400 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SeededRandom(seed)
    var wide = Limits()
    wide.queryByteCount = 1 << 20
    let filter = randomFilter(depth: 4, &random)
    let text = filter.description
    #expect(try Filter(parsing: text, limits: wide) == filter, "seed \(seed): \(text)")
  }

  @Test("prints what the grammar cannot say as what means the same")
  func degenerate() throws {
    let table: [(Filter, String)] = [
      (.and([]), "not path in ()"), (.or([]), "path in ()"),
      (.and([.or([.exists(field: "a"), .exists(field: "b")])]), "exists a or exists b"),
      (
        .not(.and([.or([.exists(field: "a"), .exists(field: "b")])])),
        "not (exists a or exists b)"
      ),
      (.equals(field: "a", ["x", 1]), "a in (\"x\", 1)"),
      (.not(.equals(field: "a", ["x"])), "not a in (\"x\")"),
      (.range(field: "a", .init()), "exists a"),
      (.equals(field: "a", .number(.infinity)), "a = 1e999"),
    ]
    for (filter, text) in table {
      #expect(filter.description == text)
      #expect(throws: Never.self) { try Filter(parsing: text) }
    }
  }

  @Test("never traps on random text")
  func fuzz() {
    var random = SeededRandom(7)
    let pieces = [
      "a", "and", "or", "not", "in", "between", "exists", "prefix", "exclusive", "true", "(", ")",
      ",", "=", "!=", "<", ">=", "^=", "!", "^", "\"", "'", "`", "\\", "\\u{", "}", "1", "-2.5",
      "1e999", " ", "\n", "\u{0}", "\u{301}", "é", "北", "😀", "👨‍👩‍👧", "\u{202E}", "$", "1e", "+",
    ]
    var parsed = 0
    for _ in 0..<30_000 {
      let text = (0..<Int.random(in: 0...14, using: &random)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &random)]
          + (Bool.random(using: &random) ? " " : "")
      }.joined()
      do {
        let filter = try Filter(parsing: text)
        parsed += 1
        #expect(throws: Never.self, "\(text)") { try Filter(parsing: filter.description) }
      } catch {
        #expect((error as? RAGError)?.code == .invalidInput)
      }
    }
    #expect(parsed > 0)
  }

  private func randomFilter(depth: Int, _ random: inout SeededRandom) -> Filter {
    let field = randomText(&random, atLeast: 1)
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
    case 0: return .equals(field: field, randomValue(&random))
    case 1:
      let count = Int.random(in: 0...3, using: &random)
      return .isIn(field: field, (0..<count).map { _ in randomValue(&random) })
    case 2:
      return .range(
        field: field,
        .init(lower: randomValue(&random), includesLower: .random(using: &random)))
    case 3:
      return .range(
        field: field,
        .init(
          lower: randomValue(&random), upper: randomValue(&random),
          includesLower: .random(using: &random), includesUpper: .random(using: &random)))
    case 4: return .hasPrefix(field: field, randomText(&random, atLeast: 0))
    case 5: return .exists(field: field)
    case 6: return .not(randomFilter(depth: depth - 1, &random))
    case let which:
      let parts = (0..<Int.random(in: 2...3, using: &random)).map { _ in
        randomFilter(depth: depth - 1, &random)
      }
      return which == 7 ? .and(parts) : .or(parts)
    }
  }

  private func randomValue(_ random: inout SeededRandom) -> MetadataValue {
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return .bool(.random(using: &random))
    case 1: return .number(Double(Int.random(in: -3000...3000, using: &random)))
    case 2:
      let bits = Double(bitPattern: random.next())
      return .number(bits.isNaN ? 0.1 : bits)
    default: return .string(randomText(&random, atLeast: 0))
    }
  }

  private func randomText(_ random: inout SeededRandom, atLeast least: Int) -> String {
    let words = ["and", "NOT", "true", "12", "1e5", "path", "a.b-c_d", "é", "北京", "-", "in"]
    if Bool.random(using: &random) {
      return words[Int.random(in: 0..<words.count, using: &random)]
    }
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: least...6, using: &random) {
      let value = UInt32.random(
        in: 0...(Bool.random(using: &random) ? 0x7F : 0x1FFFF), using: &random)
      text.append(Unicode.Scalar(value) ?? "`")
    }
    return String(text)
  }
}

/// SplitMix64: random numbers that a seed repeats.
private struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
