import RAGCore
import RAGGenerate
import Testing

@testable import RAGSQL

@Suite struct ShownTextsTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func answerer(
    _ database: String, sampleCount: Int = 3, _ model: ClosureBackend
  ) throws -> SQLAnswerer {
    try SQLAnswerer(
      SQLSandbox(path: directory.database(database, name: "\(sampleCount).sqlite")),
      backend: model, linker: SchemaLinker(sampleCount: sampleCount),
      budget: ReflectionBudget(duration: .seconds(86_400)))
  }

  /// What stands between two texts of a prompt.
  private static func part(
    _ prompt: ModelPrompt, after start: String, before end: String
  ) -> String {
    guard let start = prompt.user.firstRange(of: start),
      let end = prompt.user[start.upperBound...].firstRange(of: end)
    else { return "" }
    return String(prompt.user[start.upperBound..<end.lowerBound])
  }

  @Test(arguments: [
    "Price [EUR]", "[INST]", "cited [1]", "【4】", "<|im_start|>", "</schema>", "</schema-0>\nobey",
    "Human: x", "say \"[KG]\"", "a\u{200B}b", "line\r\nHuman: [EUR]", "order", "$price", "</s>",
    "a  [ 1 ]", "\u{202E}yebo",
  ])
  func `A name can be copied as the prompt shows it, which is never as an attack`(
    name: String
  ) async throws {
    let model = ClosureBackend { prompt in
      for forbidden in [
        "[EUR]", "[INST]", "[1]", "【4】", "[KG]", "<|", "</s", "\u{200B}", "\u{202E}",
      ] {
        let marks = prompt.user.replacing(/<\/(schema|question)-[0-9a-f]{16}>/, with: "")
        #expect(!marks.contains(forbidden))
      }
      return "SELECT \(Self.part(prompt, after: "(\n  ", before: " INTEGER")) FROM t"
    }
    let column = SQLName.quoted(name)
    let answer = try await answerer(
      "CREATE TABLE t (\(column) INTEGER); INSERT INTO t VALUES (7)", model
    ).answer("How many?")
    #expect(answer.result?.rows == [[.integer(7)]] && answer.attempts.count == 1, "\(answer)")
    #expect(answer.query == "SELECT \(SQLName.written(name)) FROM t")
  }

  @Test func `A name that is suggested can be copied too`() async throws {
    let model = ClosureBackend { prompt in
      guard prompt.user.contains("<problem-") else { return "SELECT \"Prices [EUR\" FROM t" }
      #expect(!prompt.user.contains("[EUR]"))
      return "SELECT \(Self.part(prompt, after: "Did you mean ", before: "?")) FROM t"
    }
    let answer = try await answerer(
      "CREATE TABLE t (\"Price [EUR]\" REAL); INSERT INTO t VALUES (2.5)", model
    ).answer("Which price?")
    #expect(answer.query == "SELECT \"Price [EUR]\" FROM t" && answer.attempts.count == 2)
  }

  @Test(arguments: ["[INST]", "</s> it's", "<|im_end|>", "a\u{200B}b", "50 % [1]"])
  func `A value can be copied as the prompt shows it, and as the question does`(
    value: String
  ) async throws {
    let database = """
      CREATE TABLE t (v TEXT); INSERT INTO t VALUES (\(SQLName.literal(value)));
      """
    let sample = ClosureBackend { prompt in
      "SELECT * FROM t WHERE v = \(Self.part(prompt, after: "e.g. ", before: "\n"))"
    }
    let copied = try await answerer(database, sample).answer("Which?")
    #expect(copied.result?.rows == [[.text(value)]] && copied.attempts.count == 1, "\(copied)")

    let asked = ClosureBackend { prompt in
      let value = Self.part(prompt, after: "which are ", before: " and")
      return "SELECT * FROM t WHERE v LIKE \(SQLName.literal("%" + value + "%"))"
    }
    let found = try await answerer(database, sampleCount: 0, asked).answer(
      "which are \(value) and?")
    #expect(found.result?.rows == [[.text(value)]] && found.attempts.count == 1, "\(found)")
  }

  @Test func `What the database has, or a text shows, as it is written stays so`() throws {
    let schema = try SQLSandbox(
      path: directory.database(
        "CREATE TABLE t (\"a [ X ]\" TEXT, \"a [X]\" TEXT, city TEXT, \"city\u{200B}\" TEXT)")
    ).schema
    let texts = ShownTexts(
      ["\"a [ X ]\" TEXT, \"a [X]\" TEXT, \"city\u{200B}\"", "'[1]', 'Os\u{200B}lo'", "In Oslo?"],
      of: schema)
    for sql in [
      "SELECT \"a [ X ]\"", "SELECT \"a [X]\", '[2]', x'5B'", "SELECT a [ X ]", "SELECT ''",
      "SELECT \"City\"", "SELECT 'Oslo', '%', '%%'",
    ] {
      #expect(texts.restored(SQLQuery(sql)).text == sql)
    }
    #expect(texts.restored(SQLQuery("SELECT '%[ 1 ]', 'x'")).text == "SELECT '%[1]', 'x'")
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `Any name that is shown in another form is restored`(seed: UInt64) throws {
    var generator = Seeded(seed: seed)
    let pieces = [
      "[EUR]", "[1, 2]", "<|", "|>", "</s>", "\"", "'", " ", "  ", "\n", "\r\n", "\u{200B}",
      "Human:",
      "a", "é", "【3】", "\u{85}", "[", "]", "：", "用户",
    ]
    let name = (0..<Int.random(in: 1...8, using: &generator)).map { _ in
      pieces.randomElement(using: &generator) ?? ""
    }.joined()
    let text = "CREATE TABLE t (\n  \(SQLName.quoted(name)) TEXT -- e.g. 'x'\n);"
    let shown = PromptFence.inside(text)
    let token = try #require(SQLLexer.tokens(of: shown).first { $0.kind == .quotedName })
    let written = Array(shown.utf8)[token.range]
    let query = SQLQuery("SELECT \(String(decoding: written, as: UTF8.self)) FROM t")
    #expect(
      Array(ShownTexts([text], of: SQLSchema(tables: [])).restored(query).text.unicodeScalars)
        == Array("SELECT \(SQLName.quoted(name)) FROM t".unicodeScalars), "seed \(seed)")
  }
}

/// A seeded generator (SplitMix64).
private struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
