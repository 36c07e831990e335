import Foundation
import RAG
import RAGCore
import RAGIndex
import RAGStore
import Testing

/// The way of the data on a real corpus: SQLite's documentation, ingested by the README's first
/// command with the real encoder.
@Suite("SQLite's documentation", .serialized, .enabled(if: Demo.isReady, Demo.remedy))
struct DocumentationTests {
  @Test("is ingested and asked by tools/demo, and a second run embeds nothing")
  func demo() async throws {
    _ = try await Demo.run()
    let second = try await Demo.run()
    #expect(second.contains("766 unchanged"), "\(second)")
  }

  @Test(
    "answers questions from the right page among the first three",
    arguments: [
      ("how do I make a table without a rowid", ["withoutrowid.html"]),
      (
        "what is the maximum size of a database file",
        ["limits.html", "fileformat2.html", "fileformat.html"]
      ),
      ("how does WAL mode allow readers and writers at the same time", ["wal.html"]),
      ("which functions format dates", ["lang_datefunc.html"]),
      (
        "how to detect corruption in a database file",
        [
          "pragma.html", "howtocorrupt.html", "cli.html", "recovery.html", "dbhash.html",
          "rescode.html",
        ]
      ),
    ])
  func questions(question: String, pages: [String]) async throws {
    let engine = try await Demo.engine()
    let hits = try await engine.search(Query(question, count: 3))
    let found = hits.compactMap { $0.document.path.map { URL(filePath: $0).lastPathComponent } }
    #expect(!Set(found).isDisjoint(with: pages), "\(found)")
    let answer = try await engine.answer(Query(question))
    #expect(!answer.abstained)
    #expect(!answer.citations.isEmpty)
    for citation in answer.citations { #expect(citation.status == .verified) }
  }

  @Test("is found by the graph as by an exact scan, and less by a graph that hardly looks")
  func recall() async throws {
    let encoder = try BERTEncoder(directory: Demo.encoder)
    let store = try await Store.open(IndexDirectory(Demo.index), for: .read)
    let titles = try await store.read { reader in
      try reader.chunks(Array(stride(from: 1, to: 10_000, by: 97))).compactMap(\.headings.last)
    }
    #expect(titles.count > 50)
    let queries = try await encoder.embed(titles, as: .query)
    let (graphCount, recall) = try await store.read { reader in
      let oracle = try #require(try reader.exactVectors())
      let bars = try queries.map { try oracle.search($0, k: 10, effort: .exact)[9].score - 1e-6 }
      let recalls = try [SearchEffort.recall(0.99), .ef(10)].map { effort in
        // Among equals any is right: a hit counts when its true score reaches the tenth's.
        let right = try zip(queries, bars).reduce(0) { sum, pair in
          let found = try reader.nearest(to: pair.0, count: 10, effort: effort).matches
          let scored = try oracle.search(
            pair.0, k: 10, effort: .exact, allowing: IDSet(found.map(\.id)))
          return sum + scored.count { $0.score >= pair.1 }
        }
        return Double(right) / Double(10 * queries.count)
      }
      return (try reader.graphCount(), recalls)
    }
    #expect(graphCount > 5_000)
    #expect(recall[0] >= 0.99)
    #expect(recall[1] < 0.9)
  }
}
