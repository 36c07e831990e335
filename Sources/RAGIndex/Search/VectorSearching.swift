import CRAGKernels
import Dispatch
public import RAGCore

/// An index of vectors that can be searched, by any number of threads at once.
public protocol VectorSearching: Sendable {
  /// Finds the best vectors by score, exactly min(k, allowed vectors) of them unless
  /// ``VectorQuery/minimumScore`` leaves out some.
  ///
  /// - Throws: ``RAGError`` of code `dimensionMismatch` or `invalidInput` for a query that cannot
  ///   be answered, `cancelled` when the task was, and for a file `corrupt` when it meets damage.
  /// - Complexity: about O(log(count) · dimension) times the effort in a graph; with a filter at
  ///   most about one and a half times the scan of the allowed vectors.
  func search(_ query: VectorQuery) throws -> VectorSearchResult
}

extension VectorSearching {
  /// Finds the best `k` vectors by score.
  public func search(
    _ vector: [Float], k: Int, effort: SearchEffort = .recall(0.95), allowing: IDSet? = nil,
    excluding: IDSet? = nil
  ) throws -> [Match] {
    try search(
      VectorQuery(vector, k: k, effort: effort, allowing: allowing, excluding: excluding)
    ).matches
  }

  /// Answers many queries on `threads` threads; the results are in the order of the queries and
  /// do not depend on the number of threads.
  ///
  /// - Throws: The error of the first query, in their order, that fails; `cancelled`.
  public func search(_ queries: [VectorQuery], threads: Int) throws -> [VectorSearchResult] {
    let results = try parallelMap(count: queries.count, threads: threads) { index in
      Result { try search(queries[index]) }
    }
    return try results.map { try $0.get() }
  }
}

/// Calls `body` with each index on up to `threads` threads and gives its values in order.
///
/// - Throws: ``RAGError`` of code `cancelled`.
func parallelMap<Value: Sendable>(
  count: Int, threads: Int, _ body: @Sendable (Int) -> Value
) throws -> [Value] {
  var values = [Value?](repeating: nil, count: count)
  values.withUnsafeMutableBufferPointer { buffer in
    // Each index is taken by one thread alone, and each element written once.
    nonisolated(unsafe) let buffer = buffer
    parallelFor(count: count, threads: threads) { range, _ in
      // The caller's thread is one of them: cancelled, it takes what is left and does nothing.
      for index in range where !Cancellation.isRequested { buffer[index] = body(index) }
    }
  }
  try Cancellation.check()
  return values.compactMap(\.self)
}

/// Calls `body` with ranges that make up `0..<count`, in no particular order, and the number of
/// the thread, which is below `threads`.
func parallelFor(
  count: Int, threads: Int, stride: Int = 1, _ body: @Sendable (Range<Int>, Int) -> Void
) {
  let workers = min(max(1, threads), (count + stride - 1) / max(1, stride))
  guard workers > 1 else {
    if count > 0 { body(0..<count, 0) }
    return
  }
  withUnsafeTemporaryAllocation(of: Int.self, capacity: 1) { counter in
    counter.initialize(repeating: 0)
    guard let base = counter.baseAddress else { return }
    // The counter outlives the loop, which ends when all threads have; it is advanced atomically.
    nonisolated(unsafe) let next = base
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      while true {
        let start = rag_fetch_add(next, stride)
        guard start < count else { return }
        body(start..<min(start + stride, count), worker)
      }
    }
  }
}
