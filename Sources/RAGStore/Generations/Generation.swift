import GRDB
import RAGCore

/// Chunks whose vectors and words are in immutable files, as the transaction that made them current
/// named them.
///
/// Generations lie one behind the other: each holds the chunks after the last of the one before, up
/// to its own last.
struct Generation: Sendable, Equatable {
  /// In the names of its files; never used again.
  var number: Int
  /// The highest chunk id that it can hold.
  var lastChunk: Int64
  /// Chunks in its files, those removed since included.
  var chunkCount: Int
  /// Nil when no chunk has a vector.
  var graph: FileStamp?
  var terms: FileStamp

  /// The generations of a state, in the order of their chunks.
  /// - Throws: ``RAGError`` of code `corrupt` where they contradict each other.
  static func fetchAll(_ database: Database) throws -> [Generation] {
    let generations = try fetchRows(database)
    var previous: Int64 = 0
    for generation in generations {
      let sizes = [generation.graph?.byteCount ?? 0, generation.terms.byteCount]
      guard generation.number > 0, generation.lastChunk > previous,
        generation.lastChunk < 1 << 53, sizes.allSatisfy({ $0 >= 0 }),
        0...(generation.lastChunk - previous) ~= Int64(generation.chunkCount)
      else {
        throw RAGError(
          .corrupt, "the index's generations contradict each other; 'rag repair' makes them anew")
      }
      previous = generation.lastChunk
    }
    return generations
  }

  private static func fetchRows(_ database: Database) throws -> [Generation] {
    try Row.fetchAll(database, sql: "SELECT * FROM generation ORDER BY lastChunk").map { row in
      let graphByteCount: Int? = try row.valueIfPresent("graphByteCount")
      return Generation(
        number: try row.value("number"), lastChunk: try row.value("lastChunk"),
        chunkCount: try row.value("chunkCount"),
        graph: try graphByteCount.map {
          FileStamp(byteCount: $0, checksum: try row.value("graphChecksum"))
        },
        terms: FileStamp(
          byteCount: try row.value("termsByteCount"), checksum: try row.value("termsChecksum")))
    }
  }

  func insert(_ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO generation (number, lastChunk, chunkCount, graphByteCount, graphChecksum,
        termsByteCount, termsChecksum) VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        number, lastChunk, chunkCount, graph?.byteCount, graph?.checksum, terms.byteCount,
        terms.checksum,
      ])
  }
}
