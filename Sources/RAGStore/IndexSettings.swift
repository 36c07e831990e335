import GRDB
package import RAGCore
package import RAGIndex

/// The facts about a whole index, kept in the table `setting`.
package struct IndexSettings: Sendable, Equatable {
  /// The encoder's ``Embedder/fingerprint``; nil until the first vector is stored.
  package var fingerprint: String?
  package var encoderName: String?
  package var dimension: Int?
  /// How documents are chunked, as the ingest that made the index said.
  package var chunking: String?
  /// Raised by every write.
  package var revision = 0
  /// The generation file that holds the graph, if there is one.
  package var generation: Generation?

  /// A graph file, as the transaction that made it current named it.
  package struct Generation: Sendable, Equatable {
    package var number: Int
    /// Tells the file from every other.
    package var stamp: GraphFile.Stamp
    /// The highest chunk id that the graph was written with.
    package var lastChunk: Int64
  }

  static func fetch(_ database: Database) throws -> IndexSettings {
    var values: [String: DatabaseValue] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT name, value FROM setting") {
      values[row["name"]] = row["value"]
    }
    func value<Value: DatabaseValueConvertible>(_ name: String) -> Value? {
      values[name].flatMap { Value.fromDatabaseValue($0) }
    }
    var settings = IndexSettings()
    settings.fingerprint = value("fingerprint")
    settings.encoderName = value("encoderName")
    settings.dimension = value("dimension")
    settings.chunking = value("chunking")
    settings.revision = value("revision") ?? 0
    if let number: Int = value("generation"), let byteCount: Int = value("generationByteCount"),
      let checksum: UInt32 = value("generationChecksum"),
      let lastChunk: Int64 = value("generationLastChunk")
    {
      settings.generation = Generation(
        number: number, stamp: GraphFile.Stamp(byteCount: byteCount, checksum: checksum),
        lastChunk: lastChunk)
    }
    return settings
  }

  func save(_ database: Database) throws {
    let values: [(String, (any DatabaseValueConvertible)?)] = [
      ("fingerprint", fingerprint), ("encoderName", encoderName), ("dimension", dimension),
      ("chunking", chunking), ("revision", revision), ("generation", generation?.number),
      ("generationByteCount", generation?.stamp.byteCount),
      ("generationChecksum", generation?.stamp.checksum),
      ("generationLastChunk", generation?.lastChunk),
    ]
    for (name, value) in values {
      if let value {
        try database.execute(
          sql: "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)",
          arguments: [name, value])
      } else {
        try database.execute(sql: "DELETE FROM setting WHERE name = ?", arguments: [name])
      }
    }
  }

  /// Proves that an index's vectors are comparable with those of an encoder.
  /// - Throws: ``RAGError`` of code `dimensionMismatch` or `modelMismatch`.
  package func requireSame(encoder: any Embedder, path: String) throws {
    guard let fingerprint, let dimension else { return }
    let stored = encoderName ?? "another encoder"
    let remedy =
      "use the encoder and the options that the index was made with (--encoder, --precision,"
      + " --dimensions, --query-prefix, --passage-prefix), or another index"
    guard dimension == encoder.dimension else {
      throw RAGError(
        .dimensionMismatch,
        "the index holds vectors of \(dimension) dimensions from \(stored), and \(encoder.name)"
          + " makes \(encoder.dimension); \(remedy)", path: path)
    }
    guard fingerprint == encoder.fingerprint else {
      throw RAGError(
        .modelMismatch,
        "the index was made with other vectors of \(stored) than \(encoder.name) makes here"
          + " (\(Self.difference(fingerprint, encoder.fingerprint))); \(remedy)", path: path)
    }
  }

  /// The first parts in which two fingerprints differ.
  private static func difference(_ stored: String, _ here: String) -> String {
    let parts = [stored, here].map { $0.split(separator: ";", omittingEmptySubsequences: false) }
    let pair = zip(parts[0] + [""], parts[1] + [""]).first { $0 != $1 }
    return "\(pair?.0.prefix(100) ?? "") there, \(pair?.1.prefix(100) ?? "") here"
  }
}
