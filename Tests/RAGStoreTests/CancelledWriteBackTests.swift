import Foundation
import GRDB
import RAGCore
import Testing

@testable import RAGStore

@Suite("A write-back of the log that is cancelled")
struct CancelledWriteBackTests {
  /// The documents of a database without its log; nil where it is refused.
  private func documentsWithoutLog(_ directory: IndexDirectory, at path: String) async throws
    -> Int?
  {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for name in ["rag.sqlite", "lock"] {
      try FileManager.default.copyItem(
        atPath: directory.path + "/" + name, toPath: path + "/" + name)
    }
    do {
      return try await Store.open(IndexDirectory(path), for: .read).read {
        try $0.counts().documents
      }
    } catch RAGError.Code.corrupt {
      return nil
    }
  }

  @Test("leaves the newest state in the log, and a database that is whole or refused")
  func cancel() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      let store = try await Store.open(directory, for: .write)
      var brokenOffCount = 0
      for round in 0..<40 {
        try await store.put(SampleIndex.document(round))
        let task = Task { try await store.emptyLog(wholeUpTo: 0) }
        for _ in 0..<8 * round { await Task.yield() }
        task.cancel()
        try await task.value
        let count = try await documentsWithoutLog(directory, at: path + "/alone\(round)")
        #expect(count == nil || count == round + 1, "round \(round)")
        if count == nil { brokenOffCount += 1 }
        #expect(try await store.read { try $0.counts().documents } == round + 1)
      }
      // That of the first round was cancelled before it began.
      #expect(brokenOffCount > 0)
      try await store.emptyLog()
      #expect(try await documentsWithoutLog(directory, at: path + "/whole") == 40)
      #expect(try await Store.verify(directory).isEmpty)
    }
  }

  @Test("is not made up for when the index is closed")
  func closing() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      for isCancelled in [true, false] {
        let store = try await Store.open(directory, for: .write)
        try await store.put(SampleIndex.document(1))
        let task = Task {
          if isCancelled { withUnsafeCurrentTask { $0?.cancel() } }
          try await store.emptyLog(wholeUpTo: 0)
        }
        try await task.value
        try store.writer?.close()
        #expect(directory.hasLog == isCancelled)
      }
      #expect(try await Store.verify(directory).isEmpty)
    }
  }

  @Test("goes on to its end where the log is short")
  func short() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      let store = try await Store.open(directory, for: .write)
      try await store.put(SampleIndex.document(1))
      let task = Task { try await store.emptyLog() }
      task.cancel()
      try await task.value
      #expect(try await documentsWithoutLog(directory, at: path + "/alone") == 1)
    }
  }
}
