/// The source bytes that an ingest may hold at a time, from reading a document to its commit.
struct ByteBudget: Sendable {
  private let capacity: Int
  private let used = Monitor(0)

  init(capacity: Int) { self.capacity = capacity }

  /// Waits until there is room; a document larger than all room passes alone.
  func take(_ byteCount: Int) async throws {
    try await used.wait { used -> Void? in
      guard used == 0 || used + byteCount <= capacity else { return nil }
      return used += byteCount
    }
  }

  func give(back byteCount: Int) { used.change { $0 -= byteCount } }
}
