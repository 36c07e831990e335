import RAGCore
import RAGGenerate
import Testing

@testable import RAGSQL

@Suite struct QueryPromptTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Twenty tables of six columns, with values.
  private static let wide = (0..<20).map { table -> String in
    let columns = (0..<6).map { "measured_value_\(table)_\($0) TEXT" }.joined(separator: ", ")
    return """
      CREATE TABLE station_\(table) (\(columns));
      INSERT INTO station_\(table) (measured_value_\(table)_1) VALUES ('Bergen'), ('Oslo');
      """
  }.joined()

  @Test(arguments: [false, true], ["", String(repeating: "Let me think again. ", count: 60)])
  func `Whatever the context, a prompt after a failure tells it and fits, or there is an error`(
    isWide: Bool, prose: String
  ) async throws {
    let sandbox = try SQLSandbox(path: directory.database(isWide ? Self.wide : shop))
    let table = sandbox.schema.tables.last?.name ?? ""
    var (told, refused) = (0, 0)
    for context in stride(from: 1_450, to: 4_000, by: 250) {
      let number = Locked(0)
      let counter = EstimatedTokenCounter()
      let model = ClosureBackend(contextTokenCount: context) { prompt in
        let count = counter.tokenCount(of: prompt.system) + counter.tokenCount(of: prompt.user)
        #expect(count + 1_024 <= context)
        let attempt = number.withLock { number in
          number += 1
          return number
        }
        if attempt > 1 {
          #expect(prompt.user.contains("no such column: wrong_\(attempt - 1)"), "\(context)")
          #expect(prompt.user.contains("SELECT wrong_\(attempt - 1) FROM"), "\(context)")
          #expect(prompt.user.contains("CREATE "), "\(context)")
        }
        return "\(prose)\n```sql\nSELECT wrong_\(attempt) FROM \(table)\n```"
      }
      do {
        let answer = try await SQLAnswerer(
          sandbox, backend: model, budget: ReflectionBudget(duration: .seconds(86_400))
        ).answer("Which measured values are there in Bergen?")
        #expect(answer.attempts.count == 4 && answer.end == .attemptsSpent)
        told += 1
      } catch RAGError.Code.limitExceeded {
        #expect(context < 2_100, "\(context)")
        refused += 1
      }
    }
    #expect(told > 6 && refused > 0)
  }

  @Test func `An answer without a query is told in a full context too`() async throws {
    let sandbox = try SQLSandbox(path: directory.database(Self.wide))
    let model = ClosureBackend(contextTokenCount: 2_200) { prompt in
      prompt.user.contains("the answer holds no query")
        ? "SELECT 1" : String(repeating: "I will not write one. ", count: 200)
    }
    let answer = try await SQLAnswerer(sandbox, backend: model).answer("Which?")
    #expect(answer.query == "SELECT 1" && answer.attempts.count == 2)
  }

  @Test
  func `The prompts for a question begin alike, so that what a model made of it serves again`()
    async throws
  {
    let model = Script(["SELECT a FROM b", "SELECT 1"])
    _ = try await SQLAnswerer(
      SQLSandbox(path: directory.database(shop)), backend: model.backend
    ).answer("Who?")
    #expect(model.prompts.count == 2 && model.prompts[0].system == model.prompts[1].system)
    #expect(model.prompts[1].user.hasPrefix(model.prompts[0].user))
  }

  @Test func `The wording follows the language of the question`() async throws {
    let model = Script(["SELECT a FROM b", "SELECT count(*) FROM customer"])
    let answer = try await SQLAnswerer(
      SQLSandbox(path: directory.database(shop)), backend: model.backend
    ).answer("有多少客户？")
    #expect(answer.result?.rows == [[.integer(3)]])
    let prompts = model.prompts
    let mark = try #require(prompts[0].user.firstMatch(of: /^<schema-([0-9a-f]{16})>/)?.1)
    #expect(prompts[0].system.contains("规则：") && prompts[0].user.hasSuffix("写出回答问题的查询。"))
    #expect(
      prompts[0].system.contains("<name-\(mark)>") && prompts[0].system.contains("</name-\(mark)>"))
    #expect(prompts[1].user.contains("没有被接受") && prompts[1].user.contains("no such table: b"))
    for prompt in prompts {
      #expect(!prompt.system.contains("{") && !prompt.system.contains("Rules"))
      #expect(!prompt.user.contains("rejected") && !prompt.user.contains("by the rules"))
    }
  }

  @Test func `The wording is a template, which a host may change`() async throws {
    for language in PromptLanguage.allCases {
      let template = BuiltInTemplate.sql.template(in: language)
      #expect(template.name == "sql" && template.version == 1 && template.language == language)
    }
    let template = try PromptTemplate(
      name: "mine", version: 2, language: .chinese, system: "S {fences}", task: "T",
      outputFormat: "F")
    let prompt = try await SQLAnswerer(
      SQLSandbox(path: directory.database(shop)), backend: Script([]).backend,
      template: .given(template)
    ).prompt(for: "Who?")
    #expect(prompt.system.hasPrefix("S 资料") && prompt.user.hasSuffix("\n\nT\n\nF"))
  }
}
