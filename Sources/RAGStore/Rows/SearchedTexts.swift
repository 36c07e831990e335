import GRDB

/// The searched texts of some chunks, by ascending id: title, headings, text.
struct SearchedTexts {
  private let rows: RowCursor
  /// Of the chunk before: neighbours often have the same.
  private var headings = (stored: "[]", decoded: [String]())

  init(of chunks: ChunkIDs, in database: Database) throws {
    rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT chunk.*, document.title AS title FROM chunk
        JOIN document ON document.id = chunk.document
        WHERE chunk.id > ? AND chunk.id <= ? ORDER BY chunk.id
        """, arguments: [chunks.after, chunks.last])
  }

  /// - Throws: ``RAGError`` of code `corrupt`.
  mutating func next() throws -> (id: Int64, text: String)? {
    guard let row = try rows.next() else { return nil }
    let chunk = try ChunkRow(row)
    let title = try row.valueIfPresent("title") ?? ""
    if !sameBytes(headings.stored, chunk.headings) {
      headings = (chunk.headings, try chunk.decodedHeadings())
    }
    // A word of the title says more than one of the text: it counts twice.
    let parts = [title, title] + headings.decoded + [chunk.text]
    return (chunk.id, parts.joined(separator: "\n"))
  }
}
