import RAGCore

/// Hands out working memory, one to each search that runs at the moment, and keeps it for the next.
final class SearchScratchPool: Sendable {
  private let idle = Locked<[SearchScratch]>([])

  func withScratch<Result>(_ body: (SearchScratch) throws -> Result) rethrows -> Result {
    let scratch = idle.withLock { $0.popLast() } ?? SearchScratch()
    defer { idle.withLock { $0.append(scratch) } }
    return try body(scratch)
  }
}
