import Foundation
import Testing

@Suite("rag eval --sql")
struct SQLEvalTests {
  private static let questions = """
    {"id": "a", "question": "How many customers?", "sql": ["SELECT count(*) FROM customer"], \
    "ordered": false}
    {"id": "b", "question": "Which names?", "sql": ["SELECT 1 WHERE 0", \
    "SELECT name FROM customer"], "ordered": false}
    {"id": "c", "question": "Names in order?", "sql": ["SELECT name FROM customer ORDER BY 1"], \
    "ordered": true}
    {"id": "d", "question": "Which cities?", "sql": ["SELECT city FROM customer"], \
    "ordered": false}
    """
  private static let broken = """
    {"id": "x", "question": "Which names?", "kind": "misspelt", \
    "sql": "SELECT nmae FROM customer", "gold": "SELECT name FROM customer"}
    {"id": "y", "question": "Which names?", "kind": "unguessable", \
    "sql": "SELECT qqqq FROM customer", "gold": "SELECT name AS zz FROM customer"}
    """

  /// Right at once for a, after one correction for b, in the wrong order for c, never for d, which says
  /// the same three times.
  private static let model = """
    case "$(cat)" in
    *"How many customers"*) echo 'SELECT count(*) * 1.0 FROM customer' ;;
    *"Which names"*"Did you mean name"*) echo 'SELECT name FROM customer ORDER BY 1 DESC' ;;
    *"Which names"*) echo 'SELECT nmae FROM customer' ;;
    *"Names in order"*) echo 'SELECT name FROM customer ORDER BY 1 DESC' ;;
    *) echo 'I do not know.' ;;
    esac
    """

  private func run(_ body: (Sandbox) throws -> Void) throws {
    try Sandbox.run { sandbox in
      try sandbox.write("shop/questions.jsonl", Self.questions)
      try sandbox.write("shop/broken.jsonl", Self.broken)
      try sandbox.database("shop/shop.sqlite", SQLCommandTests.shop)
      try sandbox.write("model.sh", Self.model)
      try body(sandbox)
    }
  }

  @Test("measures a model's queries by the rows they give, and what prompts carry")
  func figures() throws {
    try run { sandbox in
      let run = try sandbox.shell("rag eval --sql shop --model-command 'sh model.sh' --json")
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      let set = try #require((try run.json()["sets"] as? [[String: Any]])?.first)
      #expect(set["set"] as? String == "shop" && set["questions"] as? Int == 4)
      let model = try #require(set["model"] as? [String: Any])
      #expect(model["metrics"] as? [String: Double] == ["execution": 0.5, "execution@1": 0.25])
      #expect(model["unanswered"] as? Int == 1 && model["attempts"] as? Double == 1.75)
      let queries = try #require(model["queries"] as? [String: [String: Double]])
      #expect(queries["b"] == ["execution": 1, "execution@1": 0])
      let repairs = try #require(set["repairs"] as? [String: Any])
      #expect(repairs["total"] as? [String: Int] == ["queries": 2, "repaired": 1])
      #expect(repairs["missing"] as? [String: [String]] == ["y": ["name as", "name zz"]])
    }
  }

  @Test("shows its figures, and needs no model for what prompts carry")
  func view() throws {
    try run { sandbox in
      let run = try sandbox.shell("rag eval --sql shop --model-command 'sh model.sh'")
      #expect(
        run.text == """
          shop: 4 questions, 2 broken queries
          model  execution  execution@1  attempts  unanswered
          sh        0.5000       0.2500      1.75           1
          prompts after a failure  queries  repairable        
          misspelt                       1           1  1.0000
          unguessable                    1           0  0.0000
          all                            2           1  0.5000

          """)
      let bare = try sandbox.shell("rag eval --sql shop")
      #expect(bare.status == 0 && !bare.text.contains("model"))
      #expect(bare.errorLines.count == 1 && bare.errors.contains("--model-command"))
    }
  }

  @Test(
    "ends with status 1 where a metric misses a value, or is not measured",
    arguments: [
      ("--fail-under repairable=0.5", 0, ""),
      ("--fail-under Repairable=0.51", 1, "shop: repairable is 0.5, under 0.51"),
      ("--fail-under execution=0.5", 1, "shop: execution is not measured"),
      ("--model-command 'sh model.sh' --fail-under execution=0.5", 0, ""),
      (
        "--model-command 'sh model.sh' --fail-under execution@1=0.3 --fail-under execution=0.6", 1,
        "shop: execution@1 is 0.25, under 0.3; shop: execution is 0.5, under 0.6"
      ),
    ])
  func failUnder(options: String, status: Int, miss: String) throws {
    try run { sandbox in
      let run = try sandbox.shell("rag eval --sql shop --json \(options)")
      #expect(run.status == Int32(status), "\(run.errors)")
      #expect(try run.json()["sets"] != nil)
      #expect(
        run.errors.contains("missed: ") == !miss.isEmpty
          && run.errors.contains(miss) != miss.isEmpty, "\(run.errors)")
    }
  }

  @Test(
    "tells what is wrong in one line",
    arguments: [
      ("rag eval --sql shop --beir x", 64, "--sql"),
      ("rag eval --sql shop --answers", 64, "--sql"),
      ("rag eval --sql shop --fail-under ndcg@10=0.5", 64, "--sql takes a model"),
      ("rag eval --beir x --fail-under execution=0.5", 64, "--sql"),
      ("rag eval --beir x --model-command true", 64, "--sql or --answers"),
      ("rag eval --beir x --answers --model-command true", 2, "corpus.jsonl"),
      ("rag eval --sql missing", 2, "missing"),
      ("rag eval --sql shop --model-command false", 2, "false"),
      ("echo >> wrong.sqlite; rag eval --sql .", 2, "SQLite"),
      (
        "mv shop/broken.jsonl x; tail -n 1 shop/questions.jsonl > shop/broken.jsonl; "
          + "rag eval --sql shop", 2, "line 1"
      ),
    ])
  func oneLine(script: String, status: Int, hint: String) throws {
    try run { sandbox in
      try sandbox.write("questions.jsonl", Self.questions)
      let run = try sandbox.shell(script)
      #expect(run.status == Int32(status) && run.hasOneError, "\(run.errors)")
      #expect(run.errors.contains(hint) && run.output.isEmpty, "\(run.errors)")
    }
  }
}
