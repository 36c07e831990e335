import RAGCore
import RAGStore

extension SourceReader {
  /// Whether the index has just this, or will have it when what is in flight is committed.
  func isUnchanged(_ source: RawSource, isNew: Bool) async throws -> Bool {
    let state = DocumentState(
      path: source.path, contentHash: source.contentHash,
      settingsHash: try plan.parser.settingsHash(of: source))
    return try await storedState(source.key) == state || (options.isDryRun && !isNew)
  }

  func storedState(_ key: String) async throws -> DocumentState? {
    if let state = inFlight.documentState(key) { return state }
    return try await context.read { try $0.documentState(key) } ?? nil
  }

  /// Leaves out a source that holds no text; nothing stays of what it was before.
  mutating func skip(_ step: IngestStep, reason: String, releasing byteCount: Int) async throws {
    var step = step
    var reason = reason
    if try await storedState(step.source) != nil {
      step.work = .remove
      reason += "; what the index had of it is removed"
    }
    try await add(step, .skipped(reason: reason), releasing: byteCount)
  }

  /// Parses and chunks a source that changed, and hands it on.
  mutating func prepare(
    _ source: RawSource, isNew: Bool, end: IngestStep, held: Int
  ) async throws {
    if try await isUnchanged(source, isNew: isNew) {
      return try await add(end, .unchanged, releasing: held)
    }
    var step = end
    let record: DocumentRecord
    do {
      (record, step.warnings) = try plan.parser.parse(source)
    } catch {
      return try await add(end, .failed(reason: reason(for: error)), releasing: held)
    }
    step.warnings = step.warnings.map { "\(source.key): \($0)" }
    let stored = try await storedState(source.key)
    if let other = stored?.path, let path = source.path, other != path {
      // The file `a.csv#1`, and the record 1 of `a.csv`.
      let reason =
        "its id is that of a document of \(other); remove that first ('rag delete'), or rename this"
      return try await add(end, .failed(reason: reason), releasing: held)
    }
    guard !record.chunks.isEmpty else {
      return try await skip(step, reason: "holds no text", releasing: held)
    }
    var document = PreparedDocument(record: record, isNew: stored == nil)
    try await findVectors(of: &document)
    step.work = .put(document)
    step.heldByteCount = held
    try await add(step)
  }

  /// Takes the vectors that are stored, so that only the others are made.
  private mutating func findVectors(of document: inout PreparedDocument) async throws {
    if context.encoder != nil {
      document.pending = document.record.chunks.indices.filter {
        document.record.chunks[$0].vector == nil
      }
    }
    // Before the store is asked: what is committed in between is found in one of the two.
    inFlight.begin(&document)
    guard !document.pending.isEmpty else { return }
    let identities = document.missing.map { document.record.chunks[$0].identity }
    let stored = try await context.read { reader in
      try identities.map { try reader.vector(identity: $0) }
    }
    for (index, vector) in zip(document.missing, stored ?? []) {
      document.record.chunks[index].vector = vector
    }
    inFlight.resolve(&document)
    document.missing.removeAll { document.record.chunks[$0].vector != nil }
    if options.isDryRun {
      document.missing.removeAll {
        !counted.insert(document.record.chunks[$0].identity.hashValue).inserted
      }
    }
  }
}
