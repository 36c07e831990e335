import RAG
import Testing

@Suite("A search that is cancelled")
struct SearchCancellationTests {
  private static let whale = "Whales are mammals that live in the sea."
  private static let documentCount = 1_000
  private static let roundCount = 10
  private static let searchCount = 24

  private enum Point {
    case never, beforeItBegins, anywhere
  }

  /// Documents without a word of the one that is searched for.
  private static func fillers(_ numbers: Range<Int>, round: Int) -> [MemoryDocument] {
    numbers.map { number in
      var random = SplitMix(state: UInt64(round) << 32 | UInt64(number))
      let words = (0..<12).map { _ in "word\(random.next(below: 400))" }
      return MemoryDocument(id: "\(number)", text: words.joined(separator: " "))
    }
  }

  @Test(
    "at any point, beside ingests and folds, gives hits or the error of that, and harms no other",
    arguments: [1, 2] as [UInt64])
  func anywhere(seed: UInt64) async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      let whale = MemoryDocument(id: "whale", text: Self.whale)
      try await write([whale] + Self.fillers(0..<Self.documentCount, round: 0), to: engine)
      for round in 1...Self.roundCount {
        let old = 64 * round
        let new = Self.documentCount + 32 * (round - 1)
        let documents =
          Self.fillers(old..<(old + 64), round: round)
          + Self.fillers(new..<(new + 32), round: round)
        async let writing: Void = write(documents, to: engine)
        await withTaskGroup(of: Void.self) { group in
          for searcher in 0..<2 {
            let random = SplitMix(state: seed << 32 | UInt64(round) << 8 | UInt64(searcher))
            group.addTask { await search(engine, random, "seed \(seed), round \(round)") }
          }
        }
        try await writing
      }
      for mode in SearchMode.allCases {
        judge(
          await result(Query(Self.whale, mode: mode), engine, .never, yieldCount: 0), mode, .never,
          "\(mode), seed \(seed), at the end")
      }
      let status = try await engine.status()
      #expect(status.documents == 1 + Self.documentCount + 32 * Self.roundCount)
      #expect(status.graphVectors == status.documents)
      // A search that was broken off says nothing about the files it read.
      #expect(engine.damage.isEmpty && engine.mended.isEmpty)
      #expect(try await Engine.verify(at: directory.index).isEmpty)
    }
  }

  /// Makes vectors and words new files each time, in which a search may be.
  private func write(_ documents: [MemoryDocument], to engine: Engine) async throws {
    let report = try await engine.upsert(documents)
    #expect(report.failed.isEmpty)
    try await engine.compact()
  }

  private func search(_ engine: Engine, _ random: SplitMix, _ place: String) async {
    var random = random
    for number in 0..<Self.searchCount {
      let mode = SearchMode.allCases[number % SearchMode.allCases.count]
      let point = [Point.never, .beforeItBegins, .anywhere, .anywhere][random.next(below: 4)]
      // As many short ways as long ones: what a search does takes very different times.
      let bits = random.next(below: 14)
      let yieldCount = random.next(below: 1 << bits)
      judge(
        await result(Query(Self.whale, mode: mode), engine, point, yieldCount: yieldCount), mode,
        point, "\(mode), \(place), search \(number), \(point), after \(yieldCount)")
    }
  }

  /// What a search gives that is cancelled after others were let run so many times.
  private func result(
    _ query: Query, _ engine: Engine, _ point: Point, yieldCount: Int
  ) async -> Result<[Hit], any Error> {
    let task = Task {
      if point == .beforeItBegins { withUnsafeCurrentTask { $0?.cancel() } }
      return try await engine.search(query)
    }
    if point == .anywhere {
      for _ in 0..<yieldCount { await Task.yield() }
      task.cancel()
    }
    return await task.result
  }

  private func judge(
    _ result: Result<[Hit], any Error>, _ mode: SearchMode, _ point: Point, _ place: String
  ) {
    switch result {
    case .success(let hits):
      #expect(point != .beforeItBegins, "\(place)")
      #expect(Set(hits.map(\.document.id)).count == (mode == .lexical ? 1 : 10), "\(place)")
      // The graph finds what is near, but for a hundredth.
      if mode != .vector { #expect(hits.first?.document.id == "whale", "\(place)") }
    case .failure(let error):
      #expect((error as? RAGError)?.code == .cancelled, "\(place): \(error)")
      #expect(point != .never, "\(place)")
    }
  }
}
