import GRDB
import RAGCore

extension StoreReader {
  /// A chunk with those around it in its section, in the order of the document: as many as have no
  /// more than `tokenCount` tokens together, those after it before those before it.
  ///
  /// Of its section are the chunks with the same headings above them, and those of the sections
  /// within it. Empty where there is no such chunk.
  /// - Complexity: O(chunks returned), one row each.
  package func section(around chunk: Int64, tokenCount: Int) throws -> [StoredChunk] {
    let center = try Row.fetchOne(
      database.cachedStatement(sql: "SELECT * FROM chunk WHERE id = ?"), arguments: [chunk])
    guard let center = try center.map(ChunkRow.init) else { return [] }
    let headings = try center.decodedHeadings()
    var section = [center]
    var room = tokenCount - center.tokenCount
    for step in [1, -1] {
      var last = center
      while let next = try self.chunk(last.ordinal + step, of: center.document),
        next.cost(beside: last) <= room, try next.decodedHeadings().starts(with: headings)
      {
        section.append(next)
        room -= next.cost(beside: last)
        last = next
      }
    }
    return try chunks(section.sorted { $0.ordinal < $1.ordinal }.map(\.id))
  }

  private func chunk(_ ordinal: Int, of document: Int64) throws -> ChunkRow? {
    try Row.fetchOne(
      database.cachedStatement(sql: "SELECT * FROM chunk WHERE document = ? AND ordinal = ?"),
      arguments: [document, ordinal]
    ).map(ChunkRow.init)
  }
}

extension ChunkRow {
  /// The tokens that a chunk takes beside its neighbour. What lies between them is filled up with
  /// blanks, and an import may say that it is much.
  fileprivate func cost(beside neighbour: ChunkRow) -> Int {
    let gap =
      max(textRange.lowerBound, neighbour.textRange.lowerBound)
      - min(textRange.upperBound, neighbour.textRange.upperBound)
    return tokenCount + max(0, gap) / 1_024
  }
}
