public import RAGCore
import Synchronization

extension BERTEncoder {
  /// One vector of `dimension` values a text, in the order of the texts.
  ///
  /// Texts over the limit are cut. Cancelling the task is noticed within a group of texts.
  /// - Throws: ``RAGError`` `cancelled`, or `corrupt` where the weights give what is no number.
  /// - Complexity: O(tokens · (layers · hidden² + length · hidden)).
  public func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
    var tokens: [[Int32]] = []
    tokens.reserveCapacity(texts.count)
    for text in texts {
      if Task.isCancelled { throw RAGError(.cancelled, "embedding was cancelled") }
      tokens.append(self.tokens(of: text, as: role))
    }
    let plan = BatchPlan(lengths: tokens.map(\.count), threadCount: report.threadCount)
    var vectors = [[Float]](repeating: [], count: texts.count)
    for (index, vector) in try await embed(tokens, plan.groups, role) { vectors[index] = vector }
    return vectors
  }

  /// Runs the groups, as many at a time as there are threads.
  private func embed(
    _ tokens: [[Int32]], _ groups: [[Int]], _ role: EmbeddingRole
  ) async throws -> [(index: Int, vector: [Float])] {
    let workerCount = min(report.threadCount, groups.count)
    guard workerCount > 1 else { return try groups.flatMap { try embed(tokens, group: $0, role) } }
    let next = SharedCounter()
    return try await withThrowingTaskGroup(of: [(index: Int, vector: [Float])].self) { tasks in
      for _ in 0..<workerCount {
        tasks.addTask {
          var vectors: [(index: Int, vector: [Float])] = []
          while let group = groups.element(at: next.increment()) {
            vectors += try self.embed(tokens, group: group, role)
          }
          return vectors
        }
      }
      return try await tasks.reduce(into: []) { $0 += $1 }
    }
  }

  /// One forward pass.
  private func embed(
    _ tokens: [[Int32]], group: [Int], _ role: EmbeddingRole
  ) throws -> [(index: Int, vector: [Float])] {
    let vectors = try network.vectors(
      of: group.map { tokens[$0] }, promptTokenCount: promptTokenCounts[role] ?? 0)
    return zip(group, vectors).map { (index: $0, vector: $1) }
  }
}

/// Deals out 0, 1, 2, … to several tasks.
private final class SharedCounter: Sendable {
  private let value = Atomic(0)

  func increment() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
}

extension Array {
  fileprivate func element(at index: Int) -> Element? { index < count ? self[index] : nil }
}
