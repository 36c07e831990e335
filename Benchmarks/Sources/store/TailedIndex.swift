import RAG

/// An index of one generation and a tail that the next document makes too long.
struct TailedIndex: Sendable {
  /// Chunks of the longest tail (`FoldPolicy.tailLimit`).
  private static let tailCount = 2_048

  private let engine: Engine
  private let tail: [MemoryDocument]
  /// One for each round.
  private let additions: [MemoryDocument]
  private let questions: [(text: String, vector: [Float])]

  /// Makes the index.
  init(at path: String, documents: Int, rounds: Int) async throws {
    engine = try await Engine.open(at: path)
    var source = Documents(seed: 7)
    for start in stride(from: 0, to: documents, by: 1_000) {
      try await engine.upsert(
        (start..<min(start + 1_000, documents)).map { source.next(id: "d\($0)") })
    }
    tail = (0..<Self.tailCount).map { source.next(id: "t\($0)") }
    additions = (0...rounds).map { _ in source.next(id: "a") }
    questions = (0...rounds).map { _ in
      ((0..<10).map { _ in source.word() }.joined(separator: " "), source.vector())
    }
  }

  func search(_ mode: SearchMode) -> CancelledWork {
    CancelledWork(name: "\(mode.rawValue) search") { [engine, questions] round in
      let (text, vector) = questions[round]
      _ = try await engine.search(
        Query(
          mode == .vector ? "" : text, mode: mode, vector: mode == .lexical ? nil : vector))
    }
  }

  /// The write of one document, after which the tail is folded: that is nearly all of it.
  var fold: CancelledWork {
    CancelledWork(name: "fold", writer: engine) {
      // A fold that was cancelled left the document that made it due.
      try await giveTail(Self.tailCount...Self.tailCount + 1)
    } run: { [engine, additions] in
      try await engine.upsert([additions[$0]])
    }
  }

  var compaction: CancelledWork {
    CancelledWork(name: "compaction", writer: engine) {
      try await giveTail(Self.tailCount...Self.tailCount)
    } run: { [engine] _ in
      try await engine.compact()
    }
  }

  /// Gives the index its tail where it has none of such a length.
  private func giveTail(_ lengths: ClosedRange<Int>) async throws {
    let status = try await engine.status()
    guard !lengths.contains(status.vectors - status.graphVectors) else { return }
    try await engine.delete(ids: tail.map(\.id) + ["a"])
    try await engine.compact()
    try await engine.upsert(tail)
  }
}
