import Foundation
import GRDB
import RAGCore

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
  }

  private static func checksum(_ chunk: Int64, _ elements: Data) -> RowChecksum {
    var sum = RowChecksum()
    sum.add(chunk)
    sum.add(elements)
    return sum
  }

  func insert(_ database: Database) throws {
    let data = elements.withUnsafeBytes { Data($0) }
    try database.cachedStatement(
      sql: "INSERT INTO vector (chunk, elements, checksum) VALUES (?, ?, ?)"
    ).execute(arguments: [chunk, data, Self.checksum(chunk, data).value])
  }
}

extension VectorRow {
  /// Calls `body` with the vectors of the chunks after `start`, by ascending id.
  static func forEach(
    after start: Int64, dimension: Int, in database: Database,
    _ body: (VectorRow) throws -> Void
  ) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: "SELECT chunk, elements, checksum FROM vector WHERE chunk > ? ORDER BY chunk",
      arguments: [start])
    while let row = try rows.next() {
      try Cancellation.check()
      try body(VectorRow(row, dimension: dimension))
    }
  }
}
