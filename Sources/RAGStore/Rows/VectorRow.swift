import Foundation
import GRDB
import RAGCore
import RAGIndex

/// A row of the table `vector`: the vector of a chunk, as the encoder gave it.
struct VectorRow: Sendable {
  var chunk: Int64
  var elements: [Float]

  init(chunk: Int64, elements: [Float]) {
    self.chunk = chunk
    self.elements = elements
  }

  /// Reads a row and holds it against its checksum and the index's dimension.
  init(_ row: Row, dimension: Int?) throws {
    chunk = try row.value("chunk")
    let data: Data = try row.value("elements")
    try Self.checksum(chunk, data).require(row.value("checksum"), "the vector of chunk \(chunk)")
    guard let dimension, data.count == dimension * MemoryLayout<Float>.size else {
      throw RAGError(
        .corrupt,
        "the vector of chunk \(chunk) has the wrong size; 'rag repair' keeps what is whole")
    }
    elements = [Float](unsafeUninitializedCapacity: dimension) { buffer, count in
      _ = data.copyBytes(to: buffer)
      count = dimension
    }
    guard (try? Self.check(elements)) != nil else {
      throw RAGError(
        .corrupt,
        "the vector of chunk \(chunk) cannot be compared; 'rag repair' keeps what is whole")
    }
  }

  /// How the vectors of an index are compared.
  private static let metric = VectorMetric.cosine

  /// Proves that a vector can be compared with others, which searches take for granted.
  /// - Throws: ``RAGError`` of code `invalidInput`.
  static func check(_ vector: [Float]) throws { try metric.check(vector: vector) }

  private static func checksum(_ chunk: Int64, _ elements: Data) -> RowChecksum {
    var sum = RowChecksum()
    sum.add(chunk)
    sum.add(elements)
    return sum
  }

  /// - Throws: ``RAGError`` of code `invalidInput` for a vector that cannot be compared.
  func insert(_ database: Database) throws {
    try Self.check(elements)
    let data = elements.withUnsafeBytes { Data($0) }
    try database.cachedStatement(
      sql: "INSERT INTO vector (chunk, elements, checksum) VALUES (?, ?, ?)"
    ).execute(arguments: [chunk, data, Self.checksum(chunk, data).value])
  }
}

extension VectorRow {
  /// Calls `body` with the vectors of some chunks, by ascending id.
  static func forEach(
    of chunks: ChunkIDs, dimension: Int, in database: Database,
    _ body: (VectorRow) throws -> Void
  ) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT chunk, elements, checksum FROM vector WHERE chunk > ? AND chunk <= ? ORDER BY chunk
        """, arguments: [chunks.after, chunks.last])
    while let row = try rows.next() {
      try Cancellation.check()
      try body(VectorRow(row, dimension: dimension))
    }
  }
}
