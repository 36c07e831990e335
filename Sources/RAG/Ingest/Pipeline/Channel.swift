/// A bounded queue between stages: a full one makes the sender wait, an empty one the receiver.
struct Channel<Element: Sendable>: Sendable {
  private struct State: Sendable {
    var elements: [Element] = []
    var end: Result<Void, any Error>?
  }

  private let capacity: Int
  private let state = Monitor(State())

  init(capacity: Int) { self.capacity = capacity }

  /// Sends an element when there is room.
  /// - Throws: `CancellationError` with the task.
  func send(_ element: Element) async throws {
    try await state.wait { state -> Void? in
      guard state.elements.count < capacity else { return nil }
      return state.elements.append(element)
    }
  }

  /// Sends an element if there is room now.
  func offer(_ element: Element) {
    state.change { state in
      if state.elements.count < capacity { state.elements.append(element) }
    }
  }

  /// The next element in the order they were sent; nil at the end.
  /// - Throws: `CancellationError` with the task; the error that the channel was ended with.
  func receive() async throws -> Element? {
    try await state.wait { state -> Element?? in
      if !state.elements.isEmpty { return .some(state.elements.removeFirst()) }
      return try state.end.map {
        try $0.get()
        return nil
      }
    }
  }

  /// Tells the receiver that no more will come.
  func finish(throwing error: (any Error)? = nil) {
    state.change { $0.end = error.map { .failure($0) } ?? .success(()) }
  }
}
