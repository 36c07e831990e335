import Foundation
import GRDB
import Glibc
import RAGCore
import Testing

@testable import RAGStore

@Suite("The end of a run of writes")
struct SettleTests {
  @Test("does not wait for a reader, and empties the log when it is gone", .timeLimit(.minutes(20)))
  func reader() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      try await store.put(record("a", ["alpha"]))
      // As an export does into a pipe that nobody reads.
      try await whileReading(directory.database) {
        // Each would wait for as long as SQLite waits for its locks.
        for number in 0..<12 {
          try await store.put(record("b\(number)", ["beta \(number)"]))
          try await store.settle()
        }
        #expect(directory.hasLog)
        try await store.compact()
      }
      try await store.settle()
      #expect(!directory.hasLog)
      #expect(try await store.read { try $0.counts().documents } == 13)
    }
  }

  @Test("keeps what was written where a fold finds no room", .enabled(if: geteuid() == 0))
  func fullDevice() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      let policy = foldPolicy(tailLimit: 1)
      try await store.put(record("a", ["alpha"]), record("b", ["beta"]), record("c", ["gamma"]))
      // The device /dev/full stands where the fold would write its words.
      let full = directory.terms(1) + ".tmp"
      try #require(mknod(full, S_IFCHR | 0o600, 1 << 8 | 7) == 0)
      #expect(try await store.settle(policy: policy) == false)
      #expect(try await store.lexical("beta") == ["beta"])
      #expect(try await store.read { try $0.state().generations } == [])
      #expect(!directory.hasLog)
      #expect(try await Store.verify(directory) == [])
      // What was half written is gone, and with it what stood in the way.
      #expect(!fileExists(directory.graph(1)) && !fileExists(full))
      #expect(try await store.settle(policy: policy))
      #expect(try await store.read { try $0.state().generations.count } == 1)
      #expect(try await Store.verify(directory) == [])
    }
  }

  @Test("removes files of generations when no commit in the log may come to life that names them")
  func leftovers() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let reader = try await Store.open(directory, for: .write)
      try await reader.put(record("a", ["alpha"]))
      try Data("a graph".utf8).write(to: URL(filePath: directory.graph(7)))
      #expect(directory.hasLog)
      let writer = try await Store.open(directory, for: .write)
      #expect(fileExists(directory.graph(7)))
      try await writer.settle()
      #expect(!directory.hasLog && !fileExists(directory.graph(7)))
      #expect(try await reader.read { try $0.counts().documents } == 1)
    }
  }

  @Test("that is cancelled leaves the fold to the next one, and is no error: all is committed")
  func cancelled() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      let policy = foldPolicy(tailLimit: 1)
      try await store.put(record("a", ["alpha"]), record("b", ["beta"]), record("c", ["gamma"]))
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await store.settle(policy: policy)
      }
      #expect(try await task.value)
      #expect(!directory.hasLog)
      #expect(try await store.read { try $0.state().generations } == [])
      #expect(try await store.settle(policy: policy))
      #expect(try await store.read { try $0.state().generations.count } == 1)
    }
  }
}
