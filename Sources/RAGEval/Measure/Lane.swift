import RAGCore

/// A way of searching, measured beside others: a mode of search, or one with a step more.
public struct Lane: Sendable {
  /// Gives the documents of a query, at least `depth` of them if there are so many.
  public typealias Find =
    @Sendable (_ query: String, _ depth: Int) async throws -> [RankedList.Entry]

  /// The name in reports.
  public let name: String
  private let find: Find
  private let search: @Sendable (_ query: String) async throws -> Void

  /// Makes a lane.
  ///
  /// - Parameters:
  ///   - name: its name in reports.
  ///   - find: finds documents, as deep as metrics look.
  ///   - search: searches as users do; this is what is timed.
  public init(
    name: String, find: @escaping Find,
    search: @escaping @Sendable (_ query: String) async throws -> Void
  ) {
    self.name = name
    self.find = find
    self.search = search
  }

  /// Runs every query: once for its documents, then once for its time. Calls `onQuery` after each.
  ///
  /// - Precondition: there is one query at least.
  public func measure(
    _ queries: [JudgedSet.Query], depth: Int, onQuery: () -> Void = {}
  ) async throws -> (run: Run, latency: Latency) {
    var run = Run()
    for query in queries {
      do {
        run.lists[query.id] = try RankedList(try await find(query.text, depth))
      } catch let error as RAGError where error.code == .invalidInput {
        // One of many: the message alone would not tell which to mend.
        throw RAGError(
          .invalidInput, "query `\(query.id)`: \(error.message)", path: error.path)
      }
      onQuery()
    }
    // What was read for the first time above is not timed.
    var durations: [Duration] = []
    for query in queries {
      let start = ContinuousClock.now
      try await search(query.text)
      durations.append(ContinuousClock.now - start)
      onQuery()
    }
    return (run, Latency(durations))
  }
}
