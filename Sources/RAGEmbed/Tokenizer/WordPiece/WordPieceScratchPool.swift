import RAGCore

/// Lends scratch memory to scans, each to one at a time.
final class WordPieceScratchPool: Sendable {
  private let free = Locked<[WordPieceScratch]>([])

  /// Lends scratch memory to `body`.
  @inline(__always)
  func withScratch<Result>(_ body: (WordPieceScratch) -> Result) -> Result {
    let scratch = free.withLock { $0.popLast() } ?? WordPieceScratch()
    defer { if scratch.isSmall { free.withLock { $0.append(scratch) } } }
    return body(scratch)
  }
}
