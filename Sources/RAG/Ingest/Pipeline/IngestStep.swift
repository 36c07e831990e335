import RAGCore
import RAGStore

/// What became of one source so far, on its way to the commit.
struct IngestStep: Sendable {
  /// What the index has to do.
  enum Work: Sendable {
    case nothing
    case remove
    case put(PreparedDocument)
  }

  /// The key, or what names the source in events.
  var source: String
  var work = Work.nothing
  /// Nil where nothing is to be told, or `work` tells it.
  var outcome: IngestOutcome?
  var warnings: [String] = []
  /// What it adds to the progress.
  var sourceByteCount = 0
  var sourceCount = 0
  /// Taken from the budget.
  var heldByteCount = 0
}

/// Steps that are embedded and committed together, in one transaction.
///
/// What ends a batch does not depend on time, except that slow sources are not held back for long.
struct IngestBatch: Sendable {
  /// Chunks that make a batch full, and that one call of the encoder embeds at most.
  static let chunkCount = 256
  static let byteCount = 8 << 20
  private static let stepCount = 256
  private static let longestWait = Duration.seconds(5)

  var steps: [IngestStep] = []
  private(set) var missing = 0
  private(set) var heldByteCount = 0
  private(set) var sourceByteCount = 0
  private(set) var sourceCount = 0
  private let start = ContinuousClock.now

  mutating func append(_ step: IngestStep) {
    if case .put(let document) = step.work { missing += document.missing.count }
    heldByteCount += step.heldByteCount
    sourceByteCount += step.sourceByteCount
    sourceCount += step.sourceCount
    steps.append(step)
  }

  var isFull: Bool {
    missing >= Self.chunkCount || steps.count >= Self.stepCount
      || heldByteCount >= Self.byteCount || ContinuousClock.now - start > Self.longestWait
  }

  /// What the index has to do, in order.
  var changes: [Change] {
    steps.compactMap { step in
      switch step.work {
      case .nothing: nil
      case .remove: .remove(key: step.source)
      case .put(let document): .put(document.record)
      }
    }
  }

  /// The chunks that the encoder has to embed.
  var missingChunks: [Chunk] {
    steps.indices.flatMap { step in
      document(at: step).map { document in
        document.missing.map { document.record.chunks[$0].chunk }
      } ?? []
    }
  }

  func document(at step: Int) -> PreparedDocument? {
    if case .put(let document) = steps[step].work { document } else { nil }
  }

  /// Puts the vectors of `missingChunks` where they belong, and those that are shared too.
  mutating func set(_ vectors: [[Float]], sharing inFlight: InFlight) {
    var rest = vectors[...]
    for step in steps.indices {
      guard case .put(var document) = steps[step].work, !document.pending.isEmpty else { continue }
      for index in document.missing { document.record.chunks[index].vector = rest.popFirst() }
      inFlight.resolve(&document)
      steps[step].work = .put(document)
    }
  }
}
