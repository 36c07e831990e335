import GRDB
import RAGCore

extension StoreReader {
  /// A chunk with those around it in its section, in the order of the document: by turns the next
  /// after them and the next before, on each side as long as all have no more than `tokenCount`
  /// tokens beside the chunk's own.
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
    var room = tokenCount
    var sides = [(step: 1, last: center), (step: -1, last: center)]
    while !sides.isEmpty {
      let side = sides.removeFirst()
      guard let next = try self.chunk(side.last.ordinal + side.step, of: center.document),
        next.cost(beside: side.last) <= room, try next.decodedHeadings().starts(with: headings)
      else { continue }
      section.append(next)
      room -= next.cost(beside: side.last)
      sides.append((side.step, next))
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
