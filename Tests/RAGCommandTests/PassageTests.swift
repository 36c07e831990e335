import Foundation
import Testing

@Suite("The passages that rag query shows")
struct PassageTests {
  @Test("have evidence beside them, the lines around them, and their score where it is asked for")
  func facts() throws {
    try Sandbox.run { sandbox in
      let words = (0..<12).map { "Sentence \($0) of this page has few words." }
      try sandbox.write(
        "page.txt",
        words.joined(separator: "\n") + "\nThe zebra lock is here.\n"
          + words.joined(separator: "\n") + "\n")
      let ingest = try sandbox.rag(
        "ingest", "page.txt", "--chunk-tokens", "16", "--chunk-overlap", "0")
      try #require(ingest.status == 0, "\(ingest.errors)")
      func passage(_ options: String) throws -> String {
        try sandbox.shell("rag query 'zebra lock' --hits-only -k 1 \(options)").text
      }
      let plain = try passage("")
      #expect(
        plain.firstMatch(of: /^1\. page\.txt:\d+(-\d+)?  evidence \d\.\d\d  chunk \d+\n/) != nil,
        "\(plain)")
      #expect(!plain.contains("score") && !plain.contains("in lines"))
      #expect(try passage("--explain").contains(/\n   ranked by score \d/))
      let around = try passage("--context 60")
      let place = try #require(
        around.firstMatch(of: /^1\. page\.txt:(\d+)(?:-(\d+))?  .*  in lines (\d+)-(\d+)\n/))
      let numbers = [place.3, place.1, place.2 ?? place.1, place.4].compactMap { Int($0) }
      #expect(numbers.count == 4 && numbers[0] < numbers[1] && numbers[2] < numbers[3], "\(around)")
    }
  }

  @Test("are found by metadata of any name, also one that documents have themselves")
  func metadata() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("notes/one.txt", "A lease of one.")
      try sandbox.write(
        "leases.jsonl",
        #"{"text": "A lease of two.", "id": "a", "path": "notes/two", "language": "de"}"#)
      let ingest = try sandbox.shell(
        "rag ingest notes && rag ingest leases.jsonl --format jsonl --meta id=7")
      try #require(ingest.status == 0, "\(ingest.errors)")
      for (condition, found) in [
        ("language = de", "two"), ("not exists language", "one"), ("id = 7", "two"),
        ("path = notes/two", "two"), ("path prefix 'notes/'", "one two"),
        ("path prefix notes/o", "one"), ("path != notes/two", "one"),
        ("path in (notes/one.txt)", "one"), ("mediaType = 'text/plain'", "one two"),
        ("path between 'notes/o' and 'notes/p'", "one"), ("path >= notes/t", "two"),
        ("path between 'notes/t' and 'notes/u'", "two"),
        ("path < notes/p", "one two"), ("path <= leases", ""),
        ("not path between 'notes/t' and 'notes/u' and path = notes/two", ""),
        ("path between 'notes/z' and 'notes/y'", ""),
      ] {
        let run = try sandbox.rag("query", "lease", "--hits-only", "--json", "--where", condition)
        let hits = try run.json()["hits"] as? [[String: Any]] ?? []
        let texts = hits.compactMap { ($0["chunk"] as? [String: Any])?["text"] as? String }
        #expect(
          texts.compactMap { $0.split(separator: " ").last?.dropLast() }.sorted()
            == found.split(separator: " "), "\(condition): \(run.errors)")
      }
    }
  }

  @Test("are none for a field that no document has, which is told with what may be meant")
  func unknownField() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("one.txt", "A lease of one.")
      try #require(try sandbox.rag("ingest", "one.txt", "--meta", "year=2024").status == 0)
      func errors(_ condition: String) throws -> [String] {
        let run = try sandbox.rag("query", "lease", "--hits-only", "--where", condition)
        #expect(run.status == 1 && run.output.isEmpty)
        return run.errorLines
      }
      #expect(
        try errors("yaer = 2024") == [
          "rag: nothing found", "rag: no document has the field 'yaer'; did you mean 'year'?",
        ])
      #expect(
        try errors("qqqqq = 1 and (language = de or not exists year)") == [
          "rag: nothing found", "rag: no document has the field 'qqqqq'",
        ])
      #expect(try errors("year = 2025") == ["rag: nothing found"])
      let run = try sandbox.rag("query", "lease", "--where", "not yaer = 2024", "--hits-only")
      #expect(run.status == 0 && run.errors.isEmpty)
    }
  }
}
