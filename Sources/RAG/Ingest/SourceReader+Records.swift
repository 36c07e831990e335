import RAGCore
import RAGIngest
import RAGStore

extension SourceReader {
  /// Reads the records of one container, which `end` is of: a file, or a document of the host's
  /// under the id given to it.
  mutating func readRecords(
    in bytes: [UInt8], path: String?, metadata: Metadata, format: RecordFormat, end: IngestStep
  ) async throws {
    let container = end.source
    var end = end
    var entries: RecordReader.Iterator
    do {
      let records = try RecordReader(
        bytes, format: format.format, textField: format.textField, idField: format.idField,
        encoding: options.encoding)
      end.warnings = records.warnings.map { "\(container): \($0)" }
      entries = records.makeIterator()
    } catch {
      met.insertTree(container)
      return try await add(end, .failed(reason: reason(for: error)))
    }
    let byteCount = end.sourceByteCount
    var isRead = false
    while let entry = entries.next() {
      // Each record has its share of the source, so that progress is seen within it.
      let rest = byteCount - Int(Double(byteCount) * entries.share)
      var step = IngestStep(source: container, sourceByteCount: end.sourceByteCount - rest)
      end.sourceByteCount = rest
      switch entry {
      case .record(let record):
        isRead = true
        step.source += "#\(record.id)"
        let content = Array(record.text.utf8)
        var metadata = metadata.merging(record.metadata) { _, own in own }
        metadata["line"] = .number(Double(record.line))
        try await makeRoom(for: content.count)
        try await prepare(
          RawSource(
            key: step.source, path: path, bytes: content, contentHash: digest(content),
            mediaType: .plainText, title: record.title, metadata: metadata, keepsSource: true),
          isNew: met.insert(step.source), end: step, held: content.count)
      case .skipped(let line, let reason):
        // It may be any of the records stored before; --prune takes it for none.
        if options.pruning != .always { met.insertTree(container) }
        step.source += ":\(line)"
        try await add(step, .failed(reason: reason))
      }
    }
    // What was one document is now many.
    if isRead, try await storedState(container) != nil { end.work = .remove }
    try await add(end)
  }

  /// Whether the index holds a file as records.
  func hasRecords(_ path: String) async throws -> Bool {
    try await context.read { reader in
      try reader.documentState(path) == nil
        && !reader.documentKeys(under: path) { key, place in place == path && key != path }.isEmpty
    } ?? false
  }
}
