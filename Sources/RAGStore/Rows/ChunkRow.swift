import Foundation
import GRDB
import RAGCore

/// A row of the table `chunk`.
struct ChunkRow: Sendable {
  var id: Int64
  var document: Int64
  var identity: Data
  var text: String
  /// JSON.
  var headings: String
  var ordinal: Int
  var textRange: Range<Int>
  var span: Span
  var tokenCount: Int

  init(_ record: ChunkRecord, id: Int64, document: Int64) throws {
    let chunk = record.chunk
    self.id = id
    self.document = document
    identity = Data(record.identity)
    text = chunk.text
    headings = try json(chunk.headings)
    ordinal = chunk.ordinal
    textRange = chunk.textRange
    span = chunk.span
    tokenCount = chunk.tokenCount
  }

  /// Reads a row and holds it against its checksum.
  init(_ row: Row) throws {
    id = try row.value("id")
    document = try row.value("document")
    identity = try row.value("identity")
    text = try row.value("text")
    headings = try row.value("headings")
    ordinal = try row.value("ordinal")
    textRange = try Self.range(row, "textStart", "textEnd")
    span = Span(
      utf8: try Self.range(row, "utf8Start", "utf8End"),
      characters: try Self.range(row, "characterStart", "characterEnd"),
      lines: ClosedRange(try Self.range(row, "firstLine", "lastLine", endIsIncluded: true)))
    tokenCount = try row.value("tokenCount")
    guard ordinal >= 0, 0...Int(Int32.max) ~= tokenCount else {
      throw RAGError(.corrupt, "chunk \(id) is damaged; 'rag repair' keeps what is whole")
    }
    try checksum.require(row.value("checksum"), "chunk \(id)")
  }

  private var checksum: RowChecksum {
    var sum = RowChecksum()
    for integer in [id, document] { sum.add(integer) }
    sum.add(identity)
    sum.add(text)
    sum.add(headings)
    for integer in places { sum.add(integer) }
    return sum
  }

  private var places: [Int] {
    [
      ordinal, textRange.lowerBound, textRange.upperBound, span.utf8.lowerBound,
      span.utf8.upperBound, span.characters.lowerBound, span.characters.upperBound,
      span.lines.lowerBound, span.lines.upperBound, tokenCount,
    ]
  }

  /// Adds the row, or moves that of the same id to another place in its document.
  /// - Throws: ``RAGError`` of code `corrupt` when the id is that of another chunk.
  func save(_ database: Database) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO chunk (id, document, identity, text, headings, ordinal, textStart, textEnd,
        utf8Start, utf8End, characterStart, characterEnd, firstLine, lastLine, tokenCount, checksum)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET ordinal = excluded.ordinal, textStart = excluded.textStart,
        textEnd = excluded.textEnd, utf8Start = excluded.utf8Start, utf8End = excluded.utf8End,
        characterStart = excluded.characterStart, characterEnd = excluded.characterEnd,
        firstLine = excluded.firstLine, lastLine = excluded.lastLine,
        tokenCount = excluded.tokenCount, checksum = excluded.checksum
        WHERE document = excluded.document AND identity = excluded.identity
        """
    ).execute(
      arguments: [id, document, identity, text, headings] + StatementArguments(places)
        + [checksum.value])
    guard database.changesCount == 1 else {
      throw RAGError(
        .corrupt, "chunk \(id) is there already; 'rag repair' counts the chunks anew")
    }
  }

  /// The headings above the chunk.
  func decodedHeadings() throws -> [String] {
    try JSONDecoder().decode([String].self, from: Data(headings.utf8))
  }

  /// The range between two columns.
  private static func range(
    _ row: Row, _ start: String, _ end: String, endIsIncluded: Bool = false
  ) throws -> Range<Int> {
    let (low, high): (Int, Int) = (try row.value(start), try row.value(end))
    guard low >= 0, low <= high, high < Int.max else {
      throw RAGError(.corrupt, "a chunk's place is damaged; 'rag repair' keeps what is whole")
    }
    return low..<(endIsIncluded ? high + 1 : high)
  }
}
