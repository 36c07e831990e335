import Foundation
import GRDB
import RAGCore
import RAGIndex
import Testing

@testable import RAGStore

/// Rows that contradict each other or the truth, under right checksums of rows and pages: as no
/// accident makes them, but whoever can write the file.
@Suite("A database that lies")
struct LieTests {
  struct Lie: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Whether `rag verify` or some reader must notice.
    var isNoticed = true
    /// Whether a repair must put an end to it.
    var isMended = true
    let tell: @Sendable (Database) throws -> Void

    init(
      _ description: String, isNoticed: Bool = true, isMended: Bool = true,
      _ tell: @escaping @Sendable (Database) throws -> Void
    ) {
      testDescription = description
      self.isNoticed = isNoticed
      self.isMended = isMended && isNoticed
      self.tell = tell
    }
  }

  @Test("is found out, and stops nobody", arguments: Self.lies)
  func lie(_ lie: Lie) async throws {
    let sample = try await SampleIndex.make()
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      try sample.restore(to: path)
      let queue = try openWriter(directory.database)
      try await queue.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA foreign_keys = OFF")
        try database.inTransaction {
          try lie.tell(database)
          return .commit
        }
        _ = try database.checkpoint(.truncate)
      }
      try queue.close()
      #expect(try CheckedVFS.verifyPages(path: directory.database).isSound)
      var isNoticed = try await !Store.verify(directory).isEmpty
      for (name, access, use) in Self.uses {
        do {
          try await use(Store.open(directory, for: access))
        } catch let error as RAGError {
          #expect(
            [.corrupt, .invalidInput, .dimensionMismatch].contains(error.code),
            "\(name): \(error.code), \(error)")
          isNoticed = true
        }
      }
      #expect(isNoticed || !lie.isNoticed)
      // The uses may have written on the lie; what can be saved is.
      try sample.restore(to: path, changed: ["rag.sqlite": bytes(directory.database)])
      do {
        _ = try await Store.repair(directory)
        #expect(try await Store.verify(directory) == [] || !lie.isMended)
        let store = try await Store.open(directory, for: .write)
        try await store.put(record("new", ["fresh"]))
        #expect(try await store.lexical("fresh") == ["fresh"])
      } catch let error as RAGError {
        #expect([.corrupt, .dimensionMismatch].contains(error.code), "\(error)")
      }
    }
  }

  /// What is done with an index.
  private static let uses:
    [(name: String, access: Store.Access, use: @Sendable (Store) async throws -> Void)] = [
      ("counts", .read, { store in _ = try await store.read { try $0.counts() } }),
      (
        "words", .read,
        { store in
          _ = try await store.read {
            try $0.chunks($0.lexicalMatches("word7 part filler20", count: 100).map(\.id))
          }
        }
      ),
      (
        "vectors", .read,
        { store in
          _ = try await store.read { reader in
            try reader.chunks(reader.nearest(to: testVector("x"), count: 100).matches.map(\.id))
          }
        }
      ),
      (
        "exact vectors", .read,
        { store in _ = try await store.read { try $0.exactVectors()?.count } }
      ),
      (
        "filter", .read,
        { store in
          _ = try await store.read {
            try $0.allowedChunks(.range(field: "number", .init(lower: 7)))?.count
          }
        }
      ),
      ("all records", .read, { store in _ = try await SampleIndex.words(of: store) }),
      ("graph", .read, { store in _ = try await store.read { try $0.graphCount() } }),
      (
        "replacing", .write,
        { store in
          for number in [3, 7, 41] {
            var document = SampleIndex.document(number)
            document.chunks[0].identity = [1, 2, 3]
            try await store.put(document)
          }
        }
      ),
      ("adding", .write, { store in try await store.put(record("more", ["one", "two"])) }),
      (
        "removing", .write,
        { store in
          try await store.apply([.remove(key: "d9")], encoder: nil, chunking: nil)
        }
      ),
      (
        "folding", .write,
        { store in try await store.settle(policy: foldPolicy(tailLimit: 10)) }
      ),
      ("compacting", .write, { store in try await store.compact() }),
    ]

  // MARK: The lies

  private static let lies: [Lie] = rows + settings + generations

  private static let rows: [Lie] = [
    chunk("begins before the text", ["textStart": -1]),
    chunk("ends before it begins", ["textStart": 9, "textEnd": 3]),
    chunk("ends behind all texts", ["textEnd": .max]),
    chunk("has bytes that run backwards", ["utf8Start": 100, "utf8End": 2]),
    chunk("has characters that run backwards", ["characterStart": 100, "characterEnd": 2]),
    chunk("has lines that run backwards", ["firstLine": 9, "lastLine": 1]),
    chunk("has a line that cannot be counted on from", ["lastLine": .max]),
    chunk("has a negative place", ["ordinal": -1]),
    chunk("has a negative number of tokens", ["tokenCount": -5]),
    Lie("a chunk of a document that is not there") { database in
      var chunk = try LieTests.chunk(5, in: database)
      try database.execute(sql: "DELETE FROM chunk WHERE id = 5")
      chunk.document = 7_777
      try chunk.save(database)
    },
    Lie("a chunk of a number that no search asks for") { database in
      // Of the tail, whose chunks are counted by their numbers alone.
      let last = try #require(try Int64.fetchOne(database, sql: "SELECT max(id) FROM chunk"))
      var chunk = try LieTests.chunk(last, in: database)
      let vector = try VectorRow(
        #require(
          try Row.fetchOne(
            database, sql: "SELECT * FROM vector WHERE chunk = ?", arguments: [last])),
        dimension: 8)
      try database.execute(sql: "DELETE FROM chunk WHERE id = ?", arguments: [last])
      try database.execute(sql: "DELETE FROM vector WHERE chunk = ?", arguments: [last])
      chunk.id = -last
      try chunk.save(database)
      try VectorRow(chunk: -last, elements: vector.elements).insert(database)
    },
    Lie("a document with some of its vectors") { database in
      let last = try #require(try Int64.fetchOne(database, sql: "SELECT max(id) FROM chunk"))
      try database.execute(sql: "DELETE FROM vector WHERE chunk = ?", arguments: [last])
    },
    Lie("a document of a number below none") { database in
      // Without a source.
      let id: Int64 = 60
      var document = try DocumentRow(
        #require(
          try Row.fetchOne(database, sql: "SELECT * FROM document WHERE id = ?", arguments: [id])))
      try database.execute(sql: "DELETE FROM document WHERE id = ?", arguments: [id])
      document.id = -id
      try document.save(database)
      try database.execute(
        sql: "UPDATE metadata SET document = -document WHERE document = ?", arguments: [id])
      let rows = try Row.fetchAll(
        database, sql: "SELECT * FROM chunk WHERE document = ?", arguments: [id])
      try database.execute(sql: "DELETE FROM chunk WHERE document = ?", arguments: [id])
      for row in rows {
        var chunk = try ChunkRow(row)
        chunk.document = -id
        try chunk.save(database)
      }
    },
    Lie("headings that are no JSON") { database in
      var chunk = try LieTests.chunk(5, in: database)
      try database.execute(sql: "DELETE FROM chunk WHERE id = 5")
      chunk.headings = "{{"
      try chunk.save(database)
    },
    chunk("stands where none is missing", ["ordinal": 9]),
    Lie("a document of more chunks than there are") {
      try document($0) { $0.chunkCount = 1 << 60 }
    },
    Lie("a document of fewer chunks than none") { try document($0) { $0.chunkCount = -1 } },
    Lie("a document of fewer bytes than none") { try document($0) { $0.byteCount = .min } },
    Lie("a document of another kind") { try document($0) { $0.mediaType = "x/y" } },
    Lie("metadata that is no JSON") { try document($0) { $0.metadata = "{" } },
    Lie("links that are no JSON") { try document($0) { $0.links = "[1" } },
    vector("of no chunk", chunk: 9_999, [1, 2, 3, 4, 5, 6, 7, 8]),
    vector("with too few elements", [1, 2, 3]),
    vector("without elements", []),
    vector("with an element that is not a number", [.nan, 2, 3, 4, 5, 6, 7, 8]),
    vector("with an element that is infinite", [1, .infinity, 3, 4, 5, 6, 7, 8]),
    vector("without direction", Array(repeating: 0, count: 8)),
    Lie("a chunk that was removed and is there") {
      try $0.execute(sql: "INSERT INTO tombstone VALUES (5), (6)")
    },
    Lie("removed chunks that never were") {
      try $0.execute(sql: "INSERT INTO tombstone VALUES (?), (0)", arguments: [Int64.min])
    },
    Lie("a chunk that was removed and is still to come") {
      try $0.execute(
        sql: """
          INSERT INTO tombstone SELECT value + 1 FROM setting WHERE name = 'lastChunk'
          """)
    },
    Lie("a chunk that was removed and has the last of all numbers") {
      try $0.execute(sql: "INSERT INTO tombstone VALUES (?)", arguments: [Int64.max])
    },
    metadata("that no document has", "INSERT INTO metadata VALUES (3, 'number', '7', 7)"),
    metadata("of a field that no document has", "INSERT INTO metadata VALUES (3, 'x', NULL, NULL)"),
    metadata("that is there twice", "INSERT INTO metadata SELECT * FROM metadata LIMIT 1"),
    metadata("that is missing", "DELETE FROM metadata WHERE document = 50"),
    metadata("of another number", "UPDATE metadata SET number = 7 WHERE document = 50"),
    metadata("of no number", "UPDATE metadata SET number = NULL WHERE document = 50"),
    metadata("of another text", "UPDATE metadata SET text = '7' WHERE document = 50"),
    metadata("of another field", "UPDATE metadata SET field = 'Number' WHERE document = 50"),
    metadata("of another document", "UPDATE metadata SET document = 4 WHERE document = 50"),
    metadata(
      "of no document", "INSERT INTO metadata SELECT 7777, field, text, number FROM metadata"),
    Lie("a source of no document") { database in
      try SourceRow(document: 7_777, bytes: Data([1, 2, 3])).insert(database)
    },
    Lie("values of other types than those of their columns") { database in
      try database.execute(sql: "PRAGMA writable_schema = ON")
      try database.execute(sql: "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')')")
      try database.execute(sql: "PRAGMA writable_schema = RESET")
      try database.execute(sql: "UPDATE chunk SET ordinal = 'zero', text = x'FF' WHERE id = 5")
      try database.execute(sql: "UPDATE document SET byteCount = 1.5, key = x'00' WHERE id = 3")
      try database.execute(sql: "UPDATE vector SET elements = 'text' WHERE chunk = 100")
    },
  ]

  private static let settings: [Lie] = [
    setting("of no elements a vector", ["dimension": 0]),
    setting("of fewer elements a vector than none", ["dimension": -8]),
    setting("of vectors that no memory holds", ["dimension": 1 << 31]),
    setting("of vectors whose bytes cannot be counted", ["dimension": .max]),
    setting("of other vectors than are there", ["dimension": 9]),
    setting("of vectors of nobody's", ["fingerprint": nil]),
    setting("that was written less than never", ["revision": -1]),
    setting("that cannot be written again", ["revision": .max]),
    setting("of fewer documents than none", ["documentCount": -1]),
    setting("of other documents than are there", ["documentCount": 59]),
    setting("whose next document is there already", ["lastDocument": 3]),
    setting("whose next chunk is there already", ["lastChunk": 100]),
    setting("whose next chunk has no number", ["lastChunk": .max]),
    setting("whose next chunk is far away", isNoticed: false, ["lastChunk": 1 << 52]),
    setting("whose next document is far away", isNoticed: false, ["lastDocument": 1 << 52]),
    setting("whose next generation has no number", ["lastGeneration": .max]),
    Lie("without settings") { try $0.execute(sql: "DELETE FROM setting") },
    Lie("settings without a checksum") {
      try $0.execute(sql: "DELETE FROM setting WHERE name = 'checksum'")
    },
  ]

  private static let generations: [Lie] = [
    generation("without a number", "number = 0"),
    generation("with a negative number", "number = -1"),
    generation("of no chunk", "lastChunk = 0"),
    generation("that ends before it begins", "lastChunk = \(Int64.min)"),
    generation("that ends behind all chunks", "lastChunk = \(Int64.max)"),
    generation("of fewer chunks than none", "chunkCount = -1"),
    generation("of fewer chunks than it has", "chunkCount = chunkCount - 1"),
    generation("of more chunks than can be counted", "chunkCount = \(Int64.max)"),
    generation("of a graph of fewer bytes than none", "graphByteCount = \(Int64.min)"),
    generation("of words of fewer bytes than none", "termsByteCount = -1"),
    generation("of words of more bytes than there are", "termsByteCount = \(Int64.max)"),
    generation("of other words", "termsChecksum = 7"),
    generation("of another graph", "graphChecksum = 7"),
    generation("without a graph", "graphByteCount = NULL, graphChecksum = NULL", isNoticed: false),
    Lie("two generations of the same chunks") {
      try $0.execute(
        sql: """
          INSERT INTO generation SELECT number + 1, lastChunk - 1, chunkCount, graphByteCount,
            graphChecksum, termsByteCount, termsChecksum FROM generation
          """)
    },
  ]

  // MARK: How they are told

  private static func generation(
    _ description: String, _ assignment: String, isNoticed: Bool = true
  ) -> Lie {
    Lie("a generation \(description)", isNoticed: isNoticed) {
      try $0.execute(sql: "UPDATE generation SET \(assignment)")
    }
  }

  private static func metadata(_ description: String, _ sql: String) -> Lie {
    Lie("a value of metadata \(description)") { try $0.execute(sql: sql) }
  }

  private static func chunk(_ id: Int64, in database: Database) throws -> ChunkRow {
    try ChunkRow(
      #require(try Row.fetchOne(database, sql: "SELECT * FROM chunk WHERE id = ?", arguments: [id]))
    )
  }

  /// Of a chunk whose numbers are others.
  private static func chunk(_ description: String, _ numbers: [String: Int64]) -> Lie {
    Lie("a chunk that \(description)") { database in
      for (column, number) in numbers {
        try database.execute(
          sql: "UPDATE chunk SET \(column) = ? WHERE id IN (5, 100)", arguments: [number])
      }
      for row in try Row.fetchAll(database, sql: "SELECT * FROM chunk WHERE id IN (5, 100)") {
        var sum = RowChecksum()
        for column in ["id", "document"] { sum.add(row[column] as Int64) }
        sum.add(row["identity"] as Data)
        for column in ["text", "headings"] { sum.add(row[column] as String) }
        for column in [
          "ordinal", "textStart", "textEnd", "utf8Start", "utf8End", "characterStart",
          "characterEnd", "firstLine",
        ] { sum.add(row[column] as Int64) }
        // Of lines the checksum has the last, which is included, as of ranges it has the end.
        sum.add(row["lastLine"] as Int64)
        sum.add(row["tokenCount"] as Int64)
        try database.execute(
          sql: "UPDATE chunk SET checksum = ? WHERE id = ?", arguments: [sum.value, row["id"]])
      }
    }
  }

  private static func document(
    _ database: Database, _ change: (inout DocumentRow) -> Void
  ) throws {
    for id in [3, 50] {
      var row = try DocumentRow(
        #require(
          try Row.fetchOne(database, sql: "SELECT * FROM document WHERE id = ?", arguments: [id])))
      change(&row)
      try row.save(database)
    }
  }

  private static func vector(
    _ description: String, chunk: Int64 = 100, _ elements: [Float]
  ) -> Lie {
    Lie("a vector \(description)") { database in
      let bytes = elements.withUnsafeBytes { Data($0) }
      var sum = RowChecksum()
      sum.add(chunk)
      sum.add(bytes)
      try database.execute(
        sql: "INSERT OR REPLACE INTO vector VALUES (?, ?, ?)", arguments: [chunk, bytes, sum.value])
    }
  }

  private static func setting(
    _ description: String, isNoticed: Bool = true, isMended: Bool = true, _ values: [String: Int?]
  ) -> Lie {
    Lie("an index \(description)", isNoticed: isNoticed, isMended: isMended) { database in
      for (name, value) in values {
        if let value {
          try database.execute(
            sql: "UPDATE setting SET value = ? WHERE name = ?", arguments: [value, name])
        } else {
          try database.execute(sql: "DELETE FROM setting WHERE name = ?", arguments: [name])
        }
      }
      var sum = RowChecksum()
      for name in [
        "fingerprint", "encoderName", "dimension", "chunking", "revision", "documentCount",
        "lastDocument", "lastChunk", "lastGeneration",
      ] {
        sum.add(name)
        let value = try DatabaseValue.fetchOne(
          database, sql: "SELECT value FROM setting WHERE name = ?", arguments: [name])
        switch value?.storage {
        case .int64(let number): sum.add("\(number)")
        case .string(let text): sum.add(text)
        default: sum.add(nil as String?)
        }
      }
      try database.execute(
        sql: "UPDATE setting SET value = ? WHERE name = 'checksum'", arguments: [sum.value])
    }
  }
}
