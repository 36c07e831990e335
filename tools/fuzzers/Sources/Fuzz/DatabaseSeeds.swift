import Dispatch
import Foundation
import GRDB
import RAGCore

@testable import RAGStore

/// Databases to start from, and logs.
enum DatabaseSeeds {
  static func write(to directory: String) throws {
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      do { try await make(in: directory) } catch { fatalError("no seeds: \(error)") }
      done.signal()
    }
    done.wait()
  }

  private static func make(in seeds: String) async throws {
    let path = Scratch.directory + "/index"
    try? FileManager.default.removeItem(atPath: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let index = IndexDirectory(path)
    let store = try await Store.open(index, for: .write)
    try await put([], in: store)
    try await store.settle()
    try await save(store, to: seeds + "/empty")
    try await put([("one", 0), ("long", 6_000)], in: store)
    try await store.settle()
    try await save(store, to: seeds + "/rows")
    try await save(store, .database, to: seeds + "/page")
    try await put([("two", 10)], in: store)
    try await put([("one", 20)], in: store)
    try await save(store, to: seeds + "/log")
    try await save(store, .log, to: seeds + "/frame")
  }

  /// Documents by their keys, with so many bytes of source.
  private static func put(_ documents: [(key: String, byteCount: Int)], in store: Store)
    async throws
  {
    let changes = documents.map { key, byteCount in
      let range = 0..<key.utf8.count
      let chunk = Chunk(
        ordinal: 0, text: key, textRange: range,
        span: Span(utf8: range, characters: range, lines: 1...1), headings: ["heading"],
        embeddingText: key, tokenCount: 1)
      return Change.put(
        DocumentRecord(
          key: key, path: "/" + key, title: nil, language: nil,
          source: Document.Source(mediaType: .plainText, encoding: "utf-8", byteCount: byteCount),
          converter: nil, contentHash: [1], settingsHash: [1],
          keptSource: Array(repeating: 0, count: byteCount), links: [], metadata: ["n": .number(1)],
          chunks: [ChunkRecord(chunk: chunk, identity: [2], vector: [1, 2, 3, 4])]))
    }
    try await store.apply(
      changes, encoder: (fingerprint: "f", name: "e", dimension: 4), chunking: "{}")
  }

  private static func save(
    _ store: Store, _ spoilt: DatabaseInput.Spoilt = .nothing, to path: String
  ) async throws {
    let places = try await store.reader.read { database in
      try DatabaseInput.tables.map { name in
        let root = try UInt8.fetchOne(
          database, sql: "SELECT rootpage FROM sqlite_schema WHERE name = ?", arguments: [name])
        return (root: root ?? 0, columnCount: UInt8(try database.columns(in: name).count))
      }
    }
    let database = try [UInt8](Data(contentsOf: URL(filePath: store.directory.database)))
    let log = try [UInt8](Data(contentsOf: URL(filePath: store.directory.database + "-wal")))
    let input = DatabaseInput(
      spoilt: spoilt, bit: 8 * 8_300, roots: places.map(\.root),
      columnCounts: places.map(\.columnCount),
      pages: stride(from: 0, to: database.count, by: PageChecksum.pageSize).map {
        Array(database[$0..<$0 + PageChecksum.pageSize])
      },
      frames: frames(of: log))
    try Data(input.encoded).write(to: URL(filePath: path))
  }

  private static func frames(of log: [UInt8]) -> [DatabaseInput.Frame] {
    log.withUnsafeBytes { log in
      guard log.count > LogHeader.size else { return [] }
      let header = LogHeader(UnsafeRawBufferPointer(rebasing: log[..<LogHeader.size]))
      return stride(from: LogHeader.size, to: log.count - LogFrame.size + 1, by: LogFrame.size)
        .compactMap { start in
          let bytes = UnsafeRawBufferPointer(rebasing: log[start..<start + LogFrame.size])
          let frame = LogFrame(bytes)
          guard frame.salts == header.salts else { return nil }
          return DatabaseInput.Frame(
            page: UInt8(clamping: frame.page),
            committedPageCount: UInt8(clamping: frame.committedPageCount),
            content: Array(bytes[LogFrame.headerSize...]))
        }
    }
  }
}
