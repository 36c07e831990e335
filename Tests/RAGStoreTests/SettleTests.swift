import Foundation
import GRDB
import Glibc
import RAGCore
import Testing

@testable import RAGStore

@Suite("The end of a run of writes")
struct SettleTests {
  @Test("does not wait for a reader, and empties the log when it is gone", .timeLimit(.minutes(1)))
  func reader() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      try await store.put(record("a", ["alpha"]))
      let reader = try openReader(directory.database)
      // As an export does into a pipe that nobody reads.
      let isHeld = DispatchSemaphore(value: 0)
      let mayEnd = DispatchSemaphore(value: 0)
      let held = Thread {
        try? reader.read { database in
          _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM document")
          isHeld.signal()
          mayEnd.wait()
        }
        isHeld.signal()
      }
      held.start()
      await waited(for: isHeld)
      // Each would wait for as long as SQLite waits for its locks.
      for number in 0..<12 {
        try await store.put(record("b\(number)", ["beta \(number)"]))
        try await store.settle()
      }
      #expect(directory.hasLog)
      try await store.compact()
      mayEnd.signal()
      await waited(for: isHeld)
      try await store.settle()
      #expect(!directory.hasLog)
      #expect(try await store.read { try $0.counts().documents } == 13)
      try reader.close()
    }
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
}
