import Foundation
import RAGCore
import RAGStore

extension Engine {
  /// Writes the index as JSON lines: a header, then each document with text, metadata, places and
  /// vectors. All of it is one committed state.
  /// - Parameter write: is given one line after the other, with its line feed.
  /// - Throws: ``RAGError``: `corrupt`, `io`, `cancelled`; what `write` throws.
  public func export(_ write: @Sendable (String) throws -> Void) async throws {
    try await store.read { reader in
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      func line(_ value: some Encodable) throws {
        try write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
      }
      let settings = reader.settings
      try line(
        ExportHeader(
          encoder: settings.encoderName, fingerprint: settings.fingerprint,
          dimension: settings.dimension, chunking: settings.chunking))
      try reader.forEachRecord { try line(ExportedDocument($0)) }
    }
  }

  /// Adds the documents of an export, in place of those of the same id. Nothing is embedded.
  ///
  /// Documents are committed in batches; after an error, those before the batch at work are in the
  /// index, and the same import goes on from there.
  /// - Parameters:
  ///   - lines: the lines of the export, each without its line feed.
  ///   - wait: how long to wait for another writer.
  /// - Returns: documents added or replaced.
  /// - Throws: ``RAGError``: `invalidInput` with the number of the line, `modelMismatch` before any
  ///   write, `busy`, `diskFull`, `readOnly`, `io`, `cancelled`.
  @discardableResult
  public func `import`<Lines: AsyncSequence>(
    _ lines: Lines, wait: Duration = .seconds(5)
  ) async throws -> Int where Lines.Element == [UInt8] {
    let lock = try await store.lockForWriting(wait: wait)
    defer { withExtendedLifetime(lock) {} }
    let decoder = JSONDecoder()
    var header: ExportHeader?
    var batch: [Change] = []
    var (count, number, byteCount) = (0, 0, 0)
    func commit() async throws {
      guard let header, !batch.isEmpty else { return }
      let made = header.dimension.map {
        (fingerprint: header.fingerprint ?? "", name: header.encoder ?? "", dimension: $0)
      }
      try await store.apply(batch, encoder: made, chunking: header.chunking)
      count += batch.count
      batch = []
      byteCount = 0
      try await store.foldIfNeeded()
    }
    for try await line in lines {
      try Task.checkCancellation()
      number += 1
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) { continue }
      do {
        guard let header else {
          let first = try decoder.decode(ExportHeader.self, from: Data(line))
          try await requireFit(first)
          header = first
          continue
        }
        let document = try decoder.decode(ExportedDocument.self, from: Data(line))
        batch.append(.put(try document.record(dimension: header.dimension)))
        byteCount += line.count
      } catch let error as DecodingError {
        throw RAGError(
          .invalidInput, "line \(number) is not a line of 'rag export'", cause: Reason(error))
      } catch var error as RAGError where error.code == .invalidInput {
        error.message = "line \(number): \(error.message)"
        throw error
      }
      if batch.count == 64 || byteCount > 16 << 20 { try await commit() }
    }
    try await commit()
    try await store.settle()
    return count
  }

  /// Proves that an export can go into this index.
  private func requireFit(_ header: ExportHeader) async throws {
    guard header.format == ExportHeader.format, header.version == ExportHeader.version else {
      throw RAGError(
        .incompatibleFormat,
        "is not an export of version \(ExportHeader.version); write it with this build's 'rag export'"
      )
    }
    let settings = try await store.read { $0.settings }
    guard settings.fingerprint == nil || settings.fingerprint == header.fingerprint else {
      throw RAGError(
        .modelMismatch,
        "the export holds vectors of \(header.encoder ?? "another encoder"), the index those of "
          + "\(settings.encoderName ?? "another"); import into a new index",
        path: store.directory.path)
    }
    guard settings.chunking == nil || settings.chunking == header.chunking else {
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

/// Where a line differs from what was expected, without a word of what it holds.
private struct Reason: Error, CustomStringConvertible {
  let description: String

  init(_ error: DecodingError) {
    switch error {
    case .keyNotFound(let key, _): description = "no member '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      description =
        "a wrong type at \(context.codingPath.map(\.stringValue).joined(separator: "."))"
    default: description = "no JSON"
    }
  }
}
