import Testing

@testable import RAGGenerate

@Suite struct InformativeWordsTests {
  @Test(arguments: [
    ("", []), ("the of and", []), ("What is WAL mode?", ["wal", "mod"]),
    ("creates creating created create", ["creat", "creat", "creat", "creat"]),
    ("table tables", ["tabl", "tabl"]), ("queries query", ["query", "query"]),
    ("stopped running", ["stop", "run"]), ("bus class analysis", ["bus", "class", "analysis"]),
    ("sqlite3_open() 3.7", ["sqlite3_open", "3", "7"]), ("don't", []),
    ("数据库", ["数据", "据库"]), ("表", ["表"]), ("WAL模式是", ["wal", "模式", "式是"]),
    ("데이터", ["데이", "이터"]), ("Über die Häuser", ["über", "die", "häuser"]),
  ])
  func `words compare across inflections and scripts`(text: String, words: [String]) {
    #expect(InformativeWords.words(of: text) == words)
  }
}
