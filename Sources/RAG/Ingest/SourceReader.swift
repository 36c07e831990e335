import RAGCore
import RAGIngest
import RAGStore

/// The first stage of an ingest: finds, reads, parses and chunks the sources one after the other,
/// ahead of the encoder as far as the budget goes.
struct SourceReader {
  let context: IngestContext
  let walks: SourceWalks
  let output: Channel<IngestBatch>
  let budget: ByteBudget
  let inFlight: InFlight
  var met = SeenKeys()

  var plan: IngestPlan
  private var batch = IngestBatch()
  /// Hashes of the identities that a dry run has counted: nothing is stored where it could look.
  var counted: Set<Int> = []

  init(
    context: IngestContext, plan: IngestPlan, walks: SourceWalks, output: Channel<IngestBatch>,
    budget: ByteBudget, inFlight: InFlight
  ) {
    self.context = context
    self.plan = plan
    self.walks = walks
    self.output = output
    self.budget = budget
    self.inFlight = inFlight
  }

  var options: IngestOptions { context.options }

  /// Reads all sources, and returns the keys met.
  mutating func run() async throws -> SeenKeys {
    for source in walks.sources {
      switch source {
      case .document(let document): try await read(document)
      case .walk(let walker): try await walk(walker)
      case .failure(let path, let reason):
        met.insertTree(path)
        try await add(
          IngestStep(source: path), .failed(reason: reason + (try await rest(of: path))))
      }
    }
    try await flush()
    output.finish()
    return met
  }

  /// What the index still has of a path that cannot be walked, in words.
  private func rest(of path: String) async throws -> String {
    let count = try await context.read { reader in
      try reader.documentKeys(under: path.absolutePath).count
    }
    guard let count, count > 0 else { return "" }
    return count == 1
      ? "; the index keeps its document until 'rag delete' removes it"
      : "; the index keeps its \(count) documents until 'rag delete' removes them"
  }

  // MARK: Sources

  private mutating func walk(_ walker: FileWalker) async throws {
    for try await entry in walker {
      switch entry {
      case .file(let file): try await read(file)
      case .skipped(let path, let reason) where path != walker.root:
        // What the index has of it, or of what lay below it, is gone.
        guard walks.concerns(path) else {
          // A link whose target went is as it was.
          if try await holdsDocuments(at: path) { met.insertLost(path) }
          continue
        }
        try await add(IngestStep(source: path), .skipped(reason: reason))
      case .skipped(let path, let reason), .failed(let path, let reason):
        // What was asked for by name and cannot be had is a failure.
        met.insertTree(path)
        guard walks.concerns(path) else { continue }
        try await add(IngestStep(source: path), .failed(reason: reason))
      }
    }
  }

  private func holdsDocuments(at path: String) async throws -> Bool {
    try await context.read { try !$0.documentKeys(under: path).isEmpty } ?? false
  }

  private mutating func read(_ file: FileReference) async throws {
    let path = file.path
    let isNew = met.insert(path)
    guard walks.concerns(file) else { return }
    let end = IngestStep(source: path, sourceByteCount: file.byteCount, sourceCount: 1)
    if options.records == nil, try await hasRecords(path) {
      met.insertTree(path)
      return try await add(
        end,
        .skipped(
          reason:
            "the index holds it as records: ingest it as such (--format) to read it again, or "
            + "remove them first ('rag delete')"))
    }
    try await makeRoom(for: file.byteCount)
    let bytes: [UInt8]
    do {
      bytes = try FileReader(limits: context.limits).read(file).bytes
    } catch {
      // What the index has of it, or of the records in it, stays.
      met.insertTree(path)
      return try await add(end, .failed(reason: reason(for: error)), releasing: file.byteCount)
    }
    if let format = options.records {
      budget.give(back: file.byteCount)
      return try await readRecords(in: bytes, path: path, metadata: [:], format: format, end: end)
    }
    var held = file.byteCount
    var source = RawSource(
      key: path, path: path, bytes: bytes, contentHash: digest(bytes),
      encoding: options.encoding, keepsSource: options.keepsSources)
    if let converter = options.converters.first(where: { $0.converts(path: path) }) {
      source.converter = converter.description
      // The text is kept: proving a citation must not run commands.
      source.keepsSource = true
      source.mediaType = .plainText
      // What is said of the file is not so of the text.
      source.encoding = nil
      if try await isUnchanged(source, isNew: isNew) {
        return try await add(end, .unchanged, releasing: file.byteCount)
      }
      do {
        source.bytes = try await converter.convert(bytes, path: path, limits: context.limits)
      } catch {
        return try await add(end, .failed(reason: reason(for: error)), releasing: file.byteCount)
      }
      // First given back, lest a large text wait for itself.
      budget.give(back: held)
      held = source.bytes.count
      try await makeRoom(for: held)
    } else if case .skip(let reason) = ContentKind.recognize(
      path: path, head: Array(bytes.prefix(ContentKind.headByteCount)))
    {
      return try await skip(end, reason: reason, releasing: file.byteCount)
    }
    try await prepare(source, isNew: isNew, end: end, held: held)
  }

  private mutating func read(_ document: MemoryDocument) async throws {
    let end = IngestStep(
      source: document.id, sourceByteCount: document.bytes.count, sourceCount: 1)
    do {
      try check(document)
    } catch {
      return try await add(end, .failed(reason: reason(for: error)))
    }
    if let format = options.records {
      return try await readRecords(
        in: document.bytes, path: nil, metadata: document.metadata, format: format, end: end)
    }
    try await makeRoom(for: document.bytes.count)
    try await prepare(
      RawSource(
        key: document.id, bytes: document.bytes, contentHash: digest(document.bytes),
        encoding: options.encoding, mediaType: document.mediaType, title: document.title,
        metadata: document.metadata, keepsSource: true, vector: document.vector),
      isNew: met.insert(document.id), end: end, held: document.bytes.count)
  }

  /// Refuses what the index would refuse later, with all that is committed beside it.
  private mutating func check(_ document: MemoryDocument) throws {
    guard !document.id.isEmpty, !document.id.utf8.contains(0) else {
      throw RAGError(
        .invalidInput, "a document needs an id that is not empty and holds no NUL character")
    }
    try SourceParser.check(document.metadata)
    guard options.records == nil || (document.title == nil && document.vector == nil) else {
      throw RAGError(
        .invalidInput, "a title and a vector are of one document, and this one is read as records")
    }
    guard let vector = document.vector else { return }
    // Before it gives the index its dimension.
    try ChunkRecord.check(vector)
    let dimension = plan.dimension ?? vector.count
    plan.dimension = dimension
    guard vector.count == dimension else {
      throw RAGError(
        .invalidInput, "its vector has \(vector.count) elements, the index's have \(dimension)")
    }
  }

  // MARK: Batches

  mutating func add(
    _ step: IngestStep, _ outcome: IngestOutcome? = nil, releasing byteCount: Int = 0
  ) async throws {
    budget.give(back: byteCount)
    var step = step
    step.outcome = outcome ?? step.outcome
    batch.append(step)
    try Task.checkCancellation()
    if batch.isFull { try await flush() }
  }

  /// Waits until a document can be held; one that does not fit into the batch ends it.
  mutating func makeRoom(for byteCount: Int) async throws {
    if batch.heldByteCount > 0, batch.heldByteCount + byteCount > IngestBatch.byteCount {
      try await flush()
    }
    try await budget.take(byteCount)
  }

  private mutating func flush() async throws {
    guard !batch.steps.isEmpty else { return }
    try await output.send(batch)
    batch = IngestBatch()
  }

  func reason(for error: any Error) -> String {
    (error as? RAGError)?.message ?? "\(error)"
  }
}
