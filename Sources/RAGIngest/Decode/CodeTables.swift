import RAGCore

/// The code tables read so far, kept because detection asks for several of them.
final class CodeTables: Sendable {
  private let tables = Locked<[TextEncoding: CodeTable]>([:])

  /// The table of a single- or multi-byte legacy encoding.
  /// - Throws: ``RAGError`` of code `unsupported` when this system lacks the converter.
  func table(_ encoding: TextEncoding) throws -> CodeTable {
    try tables.withLock { tables in
      if let table = tables[encoding] { return table }
      let table = try CodeTable(encoding)
      tables[encoding] = table
      return table
    }
  }
}
