import Foundation
import RAG

/// Something that an index is asked to do, and that is cancelled.
struct CancelledWork: Sendable {
  var name: String
  /// The engine that writes; nil: the work only reads.
  var writer: Engine?
  /// Brings about that there is something to do.
  var prepare: @Sendable () async throws -> Void = {}
  /// Does it; given the number of the round.
  var run: @Sendable (Int) async throws -> Void

  struct Outcome {
    /// Seconds from the cancellation; nil when the work had ended before.
    var returned: Double?
    var writable: Double?
    var isWhole: Bool
  }

  /// Begins the work and cancels it after some seconds.
  func cancelled(after delay: Double, round: Int) async throws -> Outcome {
    // A task would wait for a thread that the work has.
    let (task, moment) = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let task = begin(round)
        Thread.sleep(forTimeInterval: delay)
        let moment = ContinuousClock.now
        task.cancel()
        continuation.resume(returning: (task, moment))
      }
    }
    let (end, isWhole) = try await task.value
    guard end >= moment else { return Outcome(isWhole: isWhole) }
    var outcome = Outcome(returned: (end - moment) / .seconds(1), isWhole: isWhole)
    if let writer {
      try await Self.waitForWriters(of: writer)
      outcome.writable = (ContinuousClock.now - moment) / .seconds(1)
    }
    return outcome
  }

  private func begin(
    _ round: Int
  ) -> Task<(end: ContinuousClock.Instant, isWhole: Bool), any Error> {
    Task {
      do {
        try await run(round)
        return (.now, true)
      } catch RAGError.Code.cancelled {
        return (.now, false)
      } catch is CancellationError {
        return (.now, false)
      }
    }
  }

  /// Returns when the writer's lock is free.
  private static func waitForWriters(of engine: Engine) async throws {
    while true {
      do {
        try await engine.delete(ids: [], wait: .zero)
        return
      } catch RAGError.Code.busy {
        try await Task.sleep(for: .milliseconds(1))
      }
    }
  }
}

extension CancelledWork {
  /// An ingest of documents whose text is another each time, so that all of them are embedded.
  static func embedding(in engine: Engine) -> CancelledWork {
    CancelledWork(name: "ingest with an encoder", writer: engine) { round in
      var source = Documents(seed: UInt64(100 + round))
      let documents = (0..<256).map {
        MemoryDocument(id: "d\($0)", text: source.plainText(words: 100))
      }
      try await engine.upsert(documents)
    }
  }
}
