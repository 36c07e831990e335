import CSQLite
import Foundation
import GRDB
import RAGCore

@testable import RAGStore

/// Runs `body` with the path of a database in a directory that is removed afterwards.
func withDatabasePath<Result>(_ body: (String) throws -> Result) throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appending(
    path: "rag-database-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try body(directory.appending(path: "test ?#%.sqlite").path(percentEncoded: false))
}

/// Opens a writer; the log outlives it.
func openWriter(
  _ path: String, isChecked: Bool = true, journal: String = "WAL", setup: String = ""
) throws -> DatabaseQueue {
  var configuration = Configuration()
  configuration.prepareDatabase { database in
    let connection = database.sqliteConnection.unsafelyUnwrapped  // open while GRDB prepares it
    if isChecked { CheckedVFS.reserve(in: connection) }
    if !setup.isEmpty { try database.execute(sql: setup) }
    _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = \(journal)")
    try database.execute(sql: "PRAGMA synchronous = FULL")
    rag_sqlite_persist_wal(UnsafeMutableRawPointer(connection))
  }
  return try DatabaseQueue(
    path: isChecked ? CheckedVFS.uri(path) : path, configuration: configuration)
}

func openReader(_ path: String, verifying: Bool = true) throws -> DatabasePool {
  var configuration = Configuration()
  configuration.readonly = true
  return try DatabasePool(
    path: CheckedVFS.uri(path, verifying: verifying), configuration: configuration)
}

func bytes(_ path: String) throws -> [UInt8] {
  // Foundation's reader leaks for an empty file.
  let file = try MappedFile(path: path)
  return withExtendedLifetime(file) { [UInt8](file.bytes) }
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(filePath: path))
}

struct TestRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }
  mutating func blob(_ count: Int) -> Data {
    Data((0..<count).map { _ in UInt8(truncatingIfNeeded: next()) })
  }
}

/// Runs `body` while another connection reads one state of a database.
func whileReading(_ database: String, _ body: () async throws -> Void) async throws {
  let reader = try openReader(database)
  let isHeld = DispatchSemaphore(value: 0)
  let mayEnd = DispatchSemaphore(value: 0)
  Thread {
    try? reader.read { database in
      _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM document")
      isHeld.signal()
      mayEnd.wait()
    }
    isHeld.signal()
  }.start()
  await waited(for: isHeld)
  let result: Result<Void, any Error>
  do { result = .success(try await body()) } catch { result = .failure(error) }
  mayEnd.signal()
  await waited(for: isHeld)
  try reader.close()
  try result.get()
}

/// Waits in a thread of its own, which the tasks of other tests do not need.
private func waited(for semaphore: DispatchSemaphore) async {
  await withCheckedContinuation { continuation in
    Thread {
      semaphore.wait()
      continuation.resume()
    }.start()
  }
}
