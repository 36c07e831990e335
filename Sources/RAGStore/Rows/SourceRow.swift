import Foundation
import GRDB
import RAGCore

/// A row of the table `source`: the bytes of a document that the index keeps.
struct SourceRow: Sendable {
  var document: Int64
  var bytes: Data

  init(document: Int64, bytes: Data) {
    self.document = document
    self.bytes = bytes
  }

  /// Reads a row and holds it against its checksum.
  init(_ row: Row) throws {
    document = try row.value("document")
    bytes = try row.value("bytes")
    try checksum.require(row.value("checksum"), "the source of document \(document)")
  }

  private var checksum: RowChecksum {
    var sum = RowChecksum()
    sum.add(document)
    sum.add(bytes)
    return sum
  }

  func insert(_ database: Database) throws {
    try database.execute(
      sql: "INSERT INTO source (document, bytes, checksum) VALUES (?, ?, ?)",
      arguments: [document, bytes, checksum.value])
  }
}
