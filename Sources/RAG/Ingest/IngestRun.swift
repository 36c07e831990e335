import Foundation
import RAGCore
import RAGGenerate
import RAGIngest
import RAGStore

/// One ingest, from the first file to the last commit: read, parse, chunk, embed, commit, prune,
/// fold.
///
/// Documents wait in a batch until enough chunks need the encoder; a batch is embedded and
/// committed as a whole, in one transaction.
struct IngestRun {
  private let engine: Engine
  private let options: IngestOptions
  private let emit: @Sendable (IngestEvent) -> Void
  private let start = ContinuousClock.now

  private var report = IngestReport()
  private var progress = IngestProgress(
    phase: .reading, bytesDone: 0, byteCount: 0, documentsDone: 0, documentCount: 0,
    tokensEmbedded: 0, elapsed: .zero)
  private var parser: SourceParser?
  private var batch = IngestBatch()
  /// Keys met in this run, so that what is gone can be told.
  private var seen: Set<String> = []
  /// Elements that a vector must have; nil until the index's first vector is met.
  private var dimension: Int?

  init(
    engine: Engine, options: IngestOptions, emit: @escaping @Sendable (IngestEvent) -> Void
  ) {
    self.engine = engine
    self.options = options
    self.emit = emit
  }

  private var store: Store { engine.store }

  mutating func ingest(_ sources: [IngestSource]) async throws {
    let lock = try await store.lockForWriting(wait: options.wait)
    defer { withExtendedLifetime(lock) {} }
    let parser = try await makeParser()
    self.parser = parser

    var walks: [Walk] = []
    for source in sources {
      try Task.checkCancellation()
      switch source {
      case .path(let path):
        if let walk = try await walk(path) { walks.append(walk) }
      case .document(let document):
        progress.byteCount += document.bytes.count
        progress.documentCount += 1
      }
    }
    for case .document(let document) in sources { try await ingest(document, parser: parser) }
    for walk in walks {
      for file in walk.files { try await ingest(file, parser: parser) }
    }
    try await commit()
    for walk in walks { try await prune(walk) }

    progress.phase = .indexing
    advance()
    try await store.foldIfNeeded()
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    emit(.finished(report))
  }

  // MARK: Set-up

  private mutating func makeParser() async throws -> SourceParser {
    let settings = try await store.read { $0.settings }
    dimension = settings.dimension ?? engine.encoder?.dimension
    if let encoder = engine.encoder {
      try settings.requireSame(encoder: encoder, path: store.directory.path)
    } else if let fingerprint = settings.fingerprint, !fingerprint.isEmpty {
      throw RAGError(
        .modelMismatch,
        "the index holds vectors of \(settings.encoderName ?? "an encoder"), and none was given to ingest with; name it (--encoder), or use another index",
        path: store.directory.path)
    }
    let stored = try settings.chunking.map {
      try JSONDecoder().decode(ChunkOptions.self, from: Data($0.utf8))
    }
    let chunking = options.chunking ?? stored ?? ChunkOptions()
    if let stored, stored != chunking {
      throw RAGError(
        .modelMismatch,
        "the index was made with chunks of \(stored.tokenCount) tokens and an overlap of \(stored.overlapTokenCount); use the same, or another index",
        path: store.directory.path)
    }
    let encoder = engine.encoder
    return SourceParser(
      parser: DocumentParser(limits: engine.limits),
      chunker: Chunker(
        options: chunking, tokenCounter: encoder?.tokenCounter ?? EstimatedTokenCounter(),
        maximumTokenCount: encoder?.maximumTokenCount ?? .max),
      fingerprint: encoder?.fingerprint ?? "", chunking: chunking, options: options)
  }

  // MARK: Sources

  /// The files below one path that the user named.
  private struct Walk {
    var root: String
    var files: [FileReference]
    /// Paths that could not be looked into; what lies below them is not gone.
    var unreadable: [String]
  }

  private mutating func walk(_ path: String) async throws -> Walk? {
    let wanted = FileWalker.Options(include: options.include, exclude: options.exclude)
    guard let walker = reporting(path, { try FileWalker(root: path, options: wanted) }) else {
      return nil
    }
    var walk = Walk(root: walker.root, files: [], unreadable: [])
    for try await entry in walker {
      switch entry {
      case .file(let file):
        walk.files.append(file)
        progress.byteCount += file.byteCount
        progress.documentCount += 1
      case .skipped(let path, let reason):
        walk.unreadable.append(path)
        // What was asked for by name and cannot be had is a failure.
        finish(path, path == walk.root ? .failed(reason: reason) : .skipped(reason: reason))
      }
    }
    return walk
  }

  private mutating func ingest(_ file: FileReference, parser: SourceParser) async throws {
    try Task.checkCancellation()
    defer {
      progress.bytesDone += file.byteCount
      progress.documentsDone += 1
      advance()
    }
    seen.insert(file.path)
    let reader = FileReader(limits: engine.limits)
    guard let bytes = reporting(file.path, { try reader.read(file).bytes }) else { return }
    if let format = options.records {
      return try await ingestRecords(
        in: bytes, of: file.path, path: file.path, format: format, parser: parser)
    }
    var source = RawSource(
      key: file.path, path: file.path, bytes: bytes, contentHash: digest(bytes),
      keepsSource: options.keepsSources)
    if let converter = options.converters.first(where: { $0.converts(path: file.path) }) {
      source.converter = converter.description
      // The text is kept: proving a citation must not run commands.
      source.keepsSource = true
      source.mediaType = .plainText
      if try await isUnchanged(source, parser: parser) { return }
      do {
        source.bytes = try await converter.convert(
          bytes, path: file.path, limits: engine.limits)
      } catch let error as RAGError where error.code != .cancelled {
        finish(file.path, .failed(reason: error.message))
        return
      }
    } else if case .skip(let reason) = ContentKind.recognize(
      path: file.path, head: Array(bytes.prefix(ContentKind.headByteCount)))
    {
      finish(file.path, .skipped(reason: reason))
      return
    }
    try await ingest(source, parser: parser)
  }

  private mutating func ingest(_ document: MemoryDocument, parser: SourceParser) async throws {
    try Task.checkCancellation()
    defer {
      progress.bytesDone += document.bytes.count
      progress.documentsDone += 1
      advance()
    }
    guard !document.id.isEmpty else {
      finish("", .failed(reason: "a document needs an id that is not empty"))
      return
    }
    if let format = options.records {
      return try await ingestRecords(
        in: document.bytes, of: document.id, path: nil, format: format, parser: parser)
    }
    if let vector = document.vector {
      dimension = dimension ?? vector.count
      guard vector.count == dimension else {
        finish(
          document.id,
          .failed(
            reason: "its vector has \(vector.count) elements, the index's have \(dimension ?? 0)"))
        return
      }
    }
    try await ingest(
      RawSource(
        key: document.id, bytes: document.bytes, contentHash: digest(document.bytes),
        mediaType: document.mediaType, title: document.title, metadata: document.metadata,
        keepsSource: true, vector: document.vector), parser: parser)
  }

  /// Ingests the records of one container: a file, or standard input under the id given to it.
  private mutating func ingestRecords(
    in bytes: [UInt8], of container: String, path: String?, format: RecordFormat,
    parser: SourceParser
  ) async throws {
    let records = reporting(container) {
      try RecordReader(
        bytes, format: format.format, textField: format.textField, idField: format.idField)
    }
    guard let records else { return }
    for entry in records {
      try Task.checkCancellation()
      switch entry {
      case .record(let record):
        let key = "\(container)#\(record.id)"
        seen.insert(key)
        let content = Array(record.text.utf8)
        var metadata = record.metadata
        metadata["line"] = .number(Double(record.line))
        try await ingest(
          RawSource(
            key: key, path: path, bytes: content, contentHash: digest(content),
            mediaType: .plainText, title: record.title, metadata: metadata, keepsSource: true),
          parser: parser)
      case .skipped(let line, let reason):
        finish("\(container):\(line)", .failed(reason: reason))
      }
    }
  }

  /// Runs work on one source; what fails is reported against it and the others go on.
  private mutating func reporting<Result>(
    _ source: String, _ body: () throws -> Result
  ) -> Result? {
    do {
      return try body()
    } catch {
      finish(source, .failed(reason: (error as? RAGError)?.message ?? "\(error)"))
      return nil
    }
  }

  private mutating func isUnchanged(_ source: RawSource, parser: SourceParser) async throws -> Bool
  {
    let state = DocumentState(
      contentHash: source.contentHash, settingsHash: try parser.settingsHash(of: source))
    let key = source.key
    guard try await store.read({ try $0.documentState(key) }) == state else { return false }
    finish(key, .unchanged)
    return true
  }

  private mutating func ingest(_ source: RawSource, parser: SourceParser) async throws {
    if try await isUnchanged(source, parser: parser) { return }
    guard let (parsed, warnings) = reporting(source.key, { try parser.parse(source) }) else {
      return
    }
    report.warnings += warnings.map { "\(source.key): \($0)" }
    guard !parsed.chunks.isEmpty else {
      try await skipEmpty(parsed.key)
      return
    }
    let needsVectors = engine.encoder != nil
    let prepared = try await store.read { reader in
      var document = PreparedDocument(
        record: parsed, isNew: try reader.documentState(parsed.key) == nil, missing: [])
      guard needsVectors else { return document }
      for (index, chunk) in parsed.chunks.enumerated() where chunk.vector == nil {
        document.record.chunks[index].vector = try reader.vector(identity: chunk.identity)
        if document.record.chunks[index].vector == nil { document.missing.append(index) }
      }
      return document
    }
    batch.append(prepared)
    if batch.isFull { try await commit() }
  }

  /// Reports a source without text, and removes what the index had of it.
  private mutating func skipEmpty(_ key: String) async throws {
    finish(key, .skipped(reason: "holds no text"))
    guard try await store.read({ try $0.documentState(key) }) != nil else { return }
    try await store.apply([.remove(key: key)], encoder: nil, chunking: nil)
  }

  // MARK: Commit

  private mutating func commit() async throws {
    guard !batch.documents.isEmpty else { return }
    var documents = batch.documents
    batch = IngestBatch()
    progress.phase = .embedding
    let tokens = try await embed(&documents)
    try Task.checkCancellation()
    let made = dimension.map {
      (
        fingerprint: engine.encoder?.fingerprint ?? "",
        name: engine.encoder?.name ?? "host vectors",
        dimension: $0
      )
    }
    let chunking = try parser.map {
      String(decoding: try JSONEncoder().encode($0.chunking), as: UTF8.self)
    }
    try await store.apply(
      documents.map { .put($0.record) }, encoder: made, chunking: chunking)
    report.embeddedTokens += tokens
    for document in documents {
      let chunks = document.record.chunks.count
      report.chunks += chunks
      report.embeddedChunks += document.missing.count
      finish(
        document.record.key,
        document.isNew
          ? .added(chunks: chunks)
          : .updated(chunks: chunks, embedded: document.missing.count))
    }
    progress.phase = .reading
    advance()
  }

  /// Gives every chunk that lacks one its vector, and returns the tokens it took.
  private mutating func embed(_ documents: inout [PreparedDocument]) async throws -> Int {
    guard let encoder = engine.encoder else { return 0 }
    let places = documents.indices.flatMap { document in
      documents[document].missing.map { (document, $0) }
    }
    var total = 0
    // Slices bound the memory of one call and let progress be seen in a long document.
    for start in stride(from: 0, to: places.count, by: IngestBatch.chunkCount) {
      try Task.checkCancellation()
      let slice = places[start..<min(start + IngestBatch.chunkCount, places.count)]
      let chunks = slice.map { documents[$0].record.chunks[$1].chunk }
      let vectors = try await encoder.embed(chunks.map(\.embeddingText), as: .passage)
      for (place, vector) in zip(slice, vectors) {
        documents[place.0].record.chunks[place.1].vector = vector
      }
      let tokens = chunks.reduce(0) { $0 + $1.tokenCount }
      total += tokens
      progress.tokensEmbedded += tokens
      advance()
    }
    return total
  }

  // MARK: Prune

  /// Removes the documents below a root whose file or record is gone.
  private mutating func prune(_ walk: Walk) async throws {
    guard options.pruning != .never else { return }
    let isFiltered = !options.include.isEmpty || !options.exclude.isEmpty
    let keys = try await store.read { try $0.documentKeys(under: walk.root) }
    let gone = keys.filter { key in
      guard !seen.contains(key), !walk.unreadable.contains(where: { key.isAtOrBelow($0) }) else {
        return false
      }
      // A run over a part of the files says nothing about the others but whether they exist.
      return !isFiltered || !FileManager.default.fileExists(atPath: key)
    }
    guard !gone.isEmpty else { return }
    let documentCount = try await store.read { try $0.counts().documents }
    if options.pruning == .careful, gone.count * 2 > documentCount {
      report.warnings.append(
        "\(gone.count) of \(documentCount) documents are gone from \(walk.root) and were kept, because they are more than half of the index; use --prune to remove them"
      )
      return
    }
    try await store.apply(gone.map { .remove(key: $0) }, encoder: nil, chunking: nil)
    for key in gone { finish(key, .removed) }
  }

  // MARK: Events

  private mutating func finish(_ source: String, _ outcome: IngestOutcome) {
    switch outcome {
    case .added: report.added += 1
    case .updated: report.updated += 1
    case .unchanged: report.unchanged += 1
    case .removed: report.removed += 1
    case .skipped(let reason): report.skipped.append(.init(source: source, reason: reason))
    case .failed(let reason): report.failed.append(.init(source: source, reason: reason))
    }
    emit(.source(id: source, outcome))
  }

  private mutating func advance() {
    progress.elapsed = ContinuousClock.now - start
    emit(.progress(progress))
  }
}

/// Documents that wait to be embedded and committed together.
struct IngestBatch {
  /// Chunks that one call of the encoder embeds.
  static let chunkCount = 128

  private(set) var documents: [PreparedDocument] = []
  private var missing = 0
  private var byteCount = 0

  mutating func append(_ document: PreparedDocument) {
    documents.append(document)
    missing += document.missing.count
    byteCount += document.record.source.byteCount
  }

  /// Whether it is time to commit: enough work for the encoder, or enough held in memory.
  var isFull: Bool {
    missing >= Self.chunkCount || documents.count >= 256 || byteCount >= 16 << 20
  }
}

extension String {
  /// Whether a path is `other` or lies below it.
  fileprivate func isAtOrBelow(_ other: String) -> Bool {
    self == other || hasPrefix(other.hasSuffix("/") ? other : other + "/")
  }
}
