import Foundation
import RAGCore
import RAGIngest
import RAGStore

extension Engine {
  /// Writes the index as JSON lines: a header, then each document with text, metadata, places and
  /// vectors, and an end, without which an import takes none of it. All of it is one committed state.
  /// - Parameter write: is given one line after the other, with its line feed.
  /// - Throws: ``RAGError``: `corrupt`, `io`, `cancelled`; what `write` throws.
  public func export(_ write: @Sendable (String) throws -> Void) async throws {
    try await store.read { reader in
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      var sum = ExportEnd()
      func line(_ value: some Encodable) throws -> Data {
        let line = try encoder.encode(value)
        try write(String(decoding: line, as: UTF8.self) + "\n")
        return line
      }
      let settings = reader.settings
      sum.add(
        try line(
          ExportHeader(
            encoder: settings.encoderName, fingerprint: settings.fingerprint,
            dimension: settings.dimension, chunking: settings.chunking)))
      try reader.forEachRecord {
        sum.add(try line(ExportedDocument($0)), chunkCount: $0.chunks.count)
      }
      _ = try line(sum)
    }
  }

  /// Adds the documents of an export, in place of those of the same id. Nothing is embedded.
  ///
  /// Nothing is written before all lines have been read and found whole; until then they wait in a
  /// file in the directory of the index. Documents are then committed in batches; after an error,
  /// such as a full device, those before the batch at work are in the index, and the same import
  /// goes on from there.
  /// - Parameters:
  ///   - lines: the lines of the export, each without its line feed.
  ///   - wait: how long to wait for another writer.
  /// - Returns: documents added or replaced.
  /// - Throws: ``RAGError``: `invalidInput` with the number of the line, `incompatibleFormat` or
  ///   `modelMismatch`, before any write; `busy`, `diskFull`, `readOnly`, `io`, `cancelled`.
  @discardableResult
  public func `import`<Lines: AsyncSequence>(
    _ lines: Lines, wait: Duration = .seconds(5)
  ) async throws -> Int where Lines.Element == [UInt8] {
    let lock = try await store.lockForWriting(wait: wait)
    defer { withExtendedLifetime(lock) {} }
    // The next writer removes what has a name that begins so.
    let spool = try LineSpool(path: store.directory.database + ".new.lines")
    var reader = ExportReader()
    var isEmpty = true
    for try await line in lines {
      try Task.checkCancellation()
      guard try reader.read(line) else { continue }
      // An export of nothing goes into every index.
      if isEmpty, let header = reader.header { try await requireFit(header) }
      isEmpty = false
      try spool.append(line)
    }
    let header = try reader.finish()
    try spool.rewind()
    var count = 0
    do {
      try await put(spool, header, &count)
    } catch var error as RAGError where count > 0 {
      error.message +=
        "; \(count) documents of the export are in the index, and the same import goes on from there"
      throw error
    }
    try await store.settle()
    return count
  }

  /// Proves that what begins with a line, or holds none, may be an export.
  /// - Throws: ``RAGError``: `invalidInput` or `incompatibleFormat`.
  package static func requireExport(firstLine: [UInt8]?) throws {
    var reader = ExportReader()
    guard let firstLine else {
      _ = try reader.finish()
      return
    }
    _ = try reader.read(firstLine)
  }

  /// Commits what an export holds, and counts it.
  private func put(_ spool: LineSpool, _ header: ExportHeader, _ count: inout Int) async throws {
    let encoder = header.dimension.map {
      (fingerprint: header.fingerprint ?? "", name: header.encoder ?? "", dimension: $0)
    }
    let decoder = JSONDecoder()
    var batch: [Change] = []
    var byteCount = 0
    var hasRoom = true
    while true {
      try Cancellation.check()
      let line = try spool.next()
      if let line {
        let document = try decoder.decode(ExportedDocument.self, from: Data(line))
        batch.append(.put(try document.record(dimension: header.dimension)))
        byteCount += line.count
      }
      if !batch.isEmpty, line == nil || batch.count == 64 || byteCount > 16 << 20 {
        try await store.apply(batch, encoder: encoder, chunking: header.chunking)
        count += batch.count
        (batch, byteCount) = ([], 0)
        // The end of the run folds what is left, cancelled or not: all is committed.
        if hasRoom, line != nil { hasRoom = try await store.foldIfNeeded() }
      }
      if line == nil { return }
    }
  }

  /// Proves that an export can go into this index.
  private func requireFit(_ header: ExportHeader) async throws {
    let settings = try await store.read { $0.settings }
    guard settings.fingerprint != nil || header.fingerprint == nil || settings.documentCount == 0
    else {
      throw RAGError(
        .modelMismatch,
        "the export holds vectors, and the index documents without them, which a search by meaning "
          + "would then never find; import into a new index", path: store.directory.path)
    }
    guard settings.fingerprint == nil || header.fingerprint != nil else {
      throw RAGError(
        .modelMismatch,
        "the export holds no vectors, and the index those of its documents; import into a new index",
        path: store.directory.path)
    }
    guard settings.fingerprint == nil || settings.fingerprint == header.fingerprint,
      settings.dimension == nil || settings.dimension == header.dimension
    else {
      throw RAGError(
        .modelMismatch,
        "the export holds vectors of \(header.encoder ?? "another encoder"), the index those of "
          + "\(settings.encoderName ?? "another"); import into a new index",
        path: store.directory.path)
    }
    // Not the texts: earlier builds wrote the members in any order.
    let chunking = try [settings.chunking, header.chunking].map {
      try $0.map(ChunkOptions.init(stored:))
    }
    guard chunking[0] == nil || chunking[0] == chunking[1] else {
      throw RAGError(
        .modelMismatch, "the export was chunked otherwise than the index; import into a new index",
        path: store.directory.path)
    }
  }

  /// Copies one whole state into a new directory, while others read and write.
  /// - Throws: ``RAGError``: `invalidInput` when something is there already, `busy`, `diskFull`,
  ///   `readOnly`, `io`, `corrupt`, `cancelled`.
  /// - Complexity: O(bytes of the index).
  public func backup(to directory: String) async throws {
    try await store.backup(to: IndexDirectory(directory))
  }
}
