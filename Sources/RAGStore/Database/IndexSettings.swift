import GRDB
package import RAGCore
import RAGIndex

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
  package var documentCount = 0
  /// The highest document id that was ever given.
  var lastDocument: Int64 = 0
  /// The highest chunk id that was ever given.
  package var lastChunk: Int64 = 0
  /// The highest number that a generation ever had.
  package var lastGeneration = 0

  static func fetch(_ database: Database) throws -> IndexSettings {
    let rows = try Row.fetchAll(database, sql: "SELECT name, value FROM setting")
    var values: [String: DatabaseValue] = [:]
    for row in rows { values[try row.value("name")] = try row.stored("value") }
    var settings = IndexSettings()
    // Nothing was written yet.
    if values.isEmpty { return settings }
    func value<Value: DatabaseValueConvertible>(_ name: String) -> Value? {
      values[name].flatMap { Value.fromDatabaseValue($0) }
    }
    settings.fingerprint = value("fingerprint")
    settings.encoderName = value("encoderName")
    settings.dimension = value("dimension")
    settings.chunking = value("chunking")
    settings.revision = value("revision") ?? 0
    settings.documentCount = value("documentCount") ?? 0
    settings.lastDocument = value("lastDocument") ?? 0
    settings.lastChunk = value("lastChunk") ?? 0
    settings.lastGeneration = value("lastGeneration") ?? 0
    try settings.checksum.require(value("checksum") ?? 0, "the index's settings")
    guard settings.isPossible else {
      throw RAGError(
        .corrupt, "the index's settings contradict themselves; 'rag repair' keeps what is whole")
    }
    return settings
  }

  private var counts: [Int64] {
    [Int64(revision), Int64(documentCount), lastDocument, lastChunk, Int64(lastGeneration)]
  }

  /// Whether all numbers are such as this build writes, so that one can count on from them.
  private var isPossible: Bool {
    counts.allSatisfy { 0...Self.highestCount ~= $0 }
      && dimension.map(HNSWParameters.dimensions.contains) ?? true
      && (dimension == nil) == (fingerprint == nil)
  }

  /// More than any index will ever count to.
  static let highestCount: Int64 = 1 << 53

  /// Counts from which no writes ever come to the highest; those beyond are no index's own.
  static let roomyCounts = 0...highestCount / 2

  /// Whether all writes that there can be find numbers for what they bring.
  var hasRoom: Bool { counts.allSatisfy(Self.roomyCounts.contains) }

  static let lackOfRoom =
    "the index has hardly any numbers left for documents, chunks, generations or commits; 'rag repair' "
    + "counts anew, or 'rag export' it and 'rag import' that into a new one"

  /// What the id of a row may be.
  static let ids = 1...highestCount

  private var columns: [(name: String, value: (any DatabaseValueConvertible)?)] {
    [
      ("fingerprint", fingerprint), ("encoderName", encoderName), ("dimension", dimension),
      ("chunking", chunking), ("revision", revision), ("documentCount", documentCount),
      ("lastDocument", lastDocument), ("lastChunk", lastChunk), ("lastGeneration", lastGeneration),
    ]
  }

  private var checksum: RowChecksum {
    var sum = RowChecksum()
    for (name, value) in columns {
      sum.add(name)
      sum.add(value.map { "\($0)" })
    }
    return sum
  }

  /// - Throws: ``RAGError`` for what could not be read again: `invalidInput`, or `corrupt` where no
  ///   number is left.
  func save(_ database: Database) throws {
    guard counts.allSatisfy({ $0 <= Self.highestCount }) else {
      throw RAGError(.corrupt, Self.lackOfRoom)
    }
    guard isPossible else {
      throw RAGError(
        .invalidInput,
        "an index cannot hold vectors of \(dimension ?? 0) elements; it takes up to "
          + "\(HNSWParameters.dimensions.upperBound)")
    }
    for (name, value) in columns + [("checksum", checksum.value)] {
      if let value {
        try database.execute(
          sql: "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)",
          arguments: [name, value])
      } else {
        try database.execute(sql: "DELETE FROM setting WHERE name = ?", arguments: [name])
      }
    }
    try Self.nameState(in: database)
  }

  /// Makes these the settings of a new database, of the rows that were found in an old one.
  ///
  /// Where the old one leaves no room, its numbers are given again: a new database has no generation
  /// that knows them.
  mutating func countOn(
    fromDocument document: Int64, chunk: Int64, revision found: Int, documentCount: Int
  ) {
    if !hasRoom { (revision, lastDocument, lastChunk, lastGeneration) = (0, 0, 0, 0) }
    self.documentCount = documentCount
    lastDocument = max(lastDocument, document)
    lastChunk = max(lastChunk, chunk)
    revision = max(revision, found) + 1
  }

  /// Raises the revision where rows stay as they are, and only their places change.
  /// - Returns: the new revision.
  static func nameNewState(_ database: Database) throws -> Int {
    var settings = try fetch(database)
    settings.revision += 1
    try settings.save(database)
    return settings.revision
  }

  /// Names a new state and notes that the next one keeps its name, although its pages are others,
  /// until one is named again: VACUUM can note nothing itself.
  /// - Returns: the new revision.
  static func nameStateToPack(_ database: Database) throws -> Int {
    let revision = try nameNewState(database)
    try database.execute(sql: "INSERT INTO setting (name, value) VALUES ('packing', 1)")
    return revision
  }

  /// Names a packed state that has no name of its own yet.
  /// - Returns: the new revision; nil where nothing was to be named.
  static func namePackedState(_ database: Database) throws -> Int? {
    guard try mayBePacked(database) else { return nil }
    var revision: Int?
    try database.inTransaction {
      revision = try nameNewState(database)
      return .commit
    }
    return revision
  }

  /// Whether pages may be others than those that the state was named for. The next commit names it,
  /// and changes nothing else.
  static func mayBePacked(_ database: Database) throws -> Bool {
    try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM setting WHERE name = 'packing')") ?? false
  }

  /// Gives the state that a transaction makes a name that no other has, and keeps the name of the
  /// one before: see ``LogOrigin``.
  private static func nameState(in database: Database) throws {
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO setting (name, value)
          SELECT 'previousState', value FROM setting WHERE name = 'state';
        INSERT OR REPLACE INTO setting (name, value) VALUES ('state', random());
        DELETE FROM setting WHERE name = 'packing'
        """)
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
