import RAGGenerate
import Testing

@testable import RAGSQL

@Suite struct SQLQueryTests {
  @Test(arguments: [
    ("SELECT 1", "SELECT 1"), ("SELECT 1;\n", "SELECT 1"), ("-- a\nSELECT 1 -- b", "SELECT 1"),
    ("Here it is:\n```sql\nSELECT a\nFROM t;\n```\nDone.", "SELECT a\nFROM t"),
    ("```\nSELECT ';' AS \"x;y\"\n```", "SELECT ';' AS \"x;y\""),
    ("```sql SELECT 1```", "SELECT 1"), ("```sql\nSELECT 1", "SELECT 1"),
    ("```sql\nSELECT wrong\n```\nNo, rather:\n```sql\nSELECT 2\n```", "SELECT 2"),
    (
      "I would ask this.\n\nSQL: WITH x AS (SELECT 1)\nSELECT * FROM x\n\nIt counts.",
      "WITH x AS (SELECT 1)\nSELECT * FROM x"
    ),
    ("DROP TABLE t", "DROP TABLE t"), ("SELECT 1;\n```", "SELECT 1"),
    ("<query>\nSELECT a\nFROM t\n</query>", "SELECT a\nFROM t"),
    ("SELECT ';' FROM t; This query counts.", "SELECT ';' FROM t"),
    ("SELECT 1;\nThe answer is one.", "SELECT 1"), ("The query is: SELECT 1;", "SELECT 1"),
    ("It is `SELECT a FROM t` as asked.", "SELECT a FROM t"),
    ("SELECT a\nFROM t\n\nWHERE b = 1\n\nIt filters.", "SELECT a\nFROM t\n\nWHERE b = 1"),
    ("SELECT a FROM t\r\n\r\nWHERE b = 1", "SELECT a FROM t\r\n\r\nWHERE b = 1"),
    ("```sql\nSELECT 1\n```\nIt gives:\n```\n(1, 'x')\n```", "SELECT 1"),
    ("```mysql\nSELECT 1\n```", "SELECT 1"), ("```postgresql\nSELECT 1\n```", "SELECT 1"),
    ("```SQL query\nSELECT 1\n```", "SELECT 1"),
    ("```python\ndef f(): pass\n```\n```sql\nSELECT 2\n```", "SELECT 2"),
    ("```sql\nDELETE FROM t\n```", "DELETE FROM t"),
  ])
  func `The query is found in an answer`(answer: String, query: String) throws {
    #expect(try SQLQuery(answer: answer).text == query)
  }

  @Test(arguments: [
    "", "I cannot answer that.", "```sql\n-- none\n```", "SELECT 1; DROP TABLE t",
    "```python\ndef f(): pass\n```", "SELECT 1; SELECT 2", "SELECT 1;\n\nSELECT 2",
    "SELECT 2\n\nThat is wrong; better:\n\nSELECT 1",
    "SELECT 1; WITH x AS (SELECT 1) SELECT 2",
  ])
  func `An answer without one query is unreadable`(answer: String) {
    #expect(throws: UnreadableProposal.self) { try SQLQuery(answer: answer) }
  }

  @Test func `Queries of the same tokens are equal`() {
    #expect(SQLQuery("select A from T") == SQLQuery("SELECT a /* x */\n FROM t;"))
    #expect(SQLQuery("SELECT 'A'") != SQLQuery("SELECT 'a'"))
    #expect(SQLQuery("SELECT \"a\"") != SQLQuery("SELECT 'a'"))
  }

  @Test func `CSV is quoted as RFC 4180 says`() {
    let result = SQLResult(
      columns: ["a,b", "c"],
      rows: [
        [.text("say \"hi\"\n"), .null], [.text(""), .blob([255])], [.real(0.5), .integer(1)],
      ])
    #expect(result.csv == "\"a,b\",c\r\n\"say \"\"hi\"\"\n\",\r\n\"\",ff\r\n0.5,1\r\n")
  }
}
