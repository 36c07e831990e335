import RAG
import RAGEval

/// Ingests a judged set and runs its queries.
struct EvalRunner {
  /// The measures of one set.
  struct Result: Encodable {
    var set: String
    var documents: Int
    var queries: Int
    /// The means over all queries, by mode.
    var modes: [String: RetrievalMetrics.Values]
  }

  /// Documents that the deepest measure looks at.
  private static let documentCount = 100

  let set: BEIRSet
  let engine: Engine

  /// Ingests the corpus; what is there already costs nothing.
  func ingest(showing terminal: Terminal) async throws {
    var view = IngestView(terminal)
    defer { view.end() }
    let sources = set.documents.map {
      IngestSource.document(
        MemoryDocument(id: $0.id, text: $0.text, title: $0.title.isEmpty ? nil : $0.title))
    }
    var isFinished = false
    for try await event in engine.ingest(sources) {
      view.show(event)
      if case .finished = event { isFinished = true }
    }
    guard isFinished else { throw RAGError(.cancelled, "the ingest was cancelled") }
  }

  /// What each mode finds for each query.
  func runs(_ modes: [SearchMode]) async throws -> [SearchMode: Run] {
    var runs: [SearchMode: Run] = [:]
    for mode in modes {
      var run = Run()
      for query in set.queries {
        run.lists[query.id] = try await documents(for: query.text, mode)
      }
      runs[mode] = run
    }
    return runs
  }

  /// The documents of the best chunks: of as many chunks as it takes for `documentCount`.
  private func documents(for query: String, _ mode: SearchMode) async throws -> RankedList {
    for count in [250, engine.limits.hitCount] {
      let hits = try await engine.search(Query(query, count: count, mode: mode))
      let list = try RankedList(
        hits.map { RankedList.Entry(documentID: $0.document.id, score: $0.score) })
      if list.entries.count >= Self.documentCount || hits.count < count { return list }
    }
    return try RankedList([])
  }

  /// The measures of runs.
  func result(of runs: [SearchMode: Run]) throws -> Result {
    Result(
      set: set.name, documents: set.documents.count, queries: set.queries.count,
      modes: try Dictionary(
        uniqueKeysWithValues: runs.map { mode, run in
          (mode.rawValue, try RetrievalMetrics.evaluate(run: run, qrels: set.qrels).means)
        }))
  }

  /// The measures of several sets, for people.
  static func table(_ results: [Result], _ terminal: Terminal) -> String {
    let width = max(12, (results.map(\.set.count).max() ?? 0) + 2)
    func row(_ cells: [String]) -> String {
      zip(cells, [width, 9, 9, 11, 12, 8]).map { cell, width in
        cell + String(repeating: " ", count: max(1, width - cell.count))
      }.joined()
    }
    let header = row(["set", "mode", "nDCG@10", "recall@10", "recall@100", "MRR@10"])
    var lines = [terminal.styled(header, .bold)]
    for result in results {
      for (mode, values) in result.modes.sorted(by: { $0.key < $1.key }) {
        let figures = [values.ndcgAt10, values.recallAt10, values.recallAt100, values.mrrAt10]
        lines.append(row([result.set, mode] + figures.map(Figures.share)))
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
