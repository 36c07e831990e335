import Foundation
import GRDB
import RAGCore
import Testing

@testable import RAGStore

@Suite("What is saved of a damaged index")
struct SalvageTests {
  private static let log = IndexDirectory.databaseName + "-wal"

  @Test("is the later of two states that keep most, and else the one with more")
  func choice() {
    func result(_ kept: Int, of all: Int, missing: Int) -> Salvage.Result {
      Salvage.Result(
        keptCount: kept, wholeCount: kept, documentCount: all, missingCommitCount: missing)
    }
    let later = result(95, of: 100, missing: 0)
    let older = result(99, of: 99, missing: 2)
    let holed = result(89, of: 100, missing: 0)
    let first = result(40, of: 40, missing: 3)
    #expect(later.isBetter(than: older) && !older.isBetter(than: later))
    #expect(older.isBetter(than: holed) && !holed.isBetter(than: older))
    #expect(holed.isBetter(than: first) && !first.isBetter(than: holed))
    #expect(!first.isBetter(than: first))
    var wordsAlone = later
    wordsAlone.wholeCount = 0
    #expect(!wordsAlone.isGood && later.isGood)
    #expect(wordsAlone.isBetter(than: older) && wordsAlone.isBetter(than: holed))
    #expect(later.isBetter(than: wordsAlone) && !wordsAlone.isBetter(than: later))
  }

  /// Frames of the log, in their order.
  private func frames(_ log: [UInt8]) -> [LogFrame] {
    (0..<LogFrame.count(in: Int64(log.count))).map { index in
      log.withUnsafeBytes {
        LogFrame(UnsafeRawBufferPointer(rebasing: $0[Int(LogFrame.offset(of: index))...]))
      }
    }
  }

  @Test("takes no log for another state's, whatever bit of its settings' first page is flipped")
  func flippedOrigin() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    let log = try #require(sample.files[Self.log])
    let first = try #require(frames(log).firstIndex { $0.page == LogOrigin.settingPage })
    let start = Int(LogFrame.offset(of: Int64(first)))
    // The frame's header, the page's, and what it holds, which stands at its end.
    let bytes =
      Array(0..<36)
      + stride(from: LogFrame.headerSize + 3_600, to: LogFrame.headerSize + 4_080, by: 7)
    for byte in bytes {
      var flipped = log
      flipped[start + byte] ^= 1 << UInt8(byte % 8)
      try await withTemporaryDirectory { path in
        try sample.restore(to: path, changed: [Self.log: flipped])
        #expect(
          try !LogOrigin.isForeign(to: IndexDirectory(path).database), "byte \(byte) of the frame")
      }
    }
    var flipped = log
    flipped[start + 3] ^= 8
    try await withTemporaryDirectory { path in
      try sample.restore(to: path, changed: [Self.log: flipped])
      let report = try await Store.repair(IndexDirectory(path))
      #expect(report.documents >= 40)
      #expect(!fileExists(path + "/rag.sqlite.foreign-wal"))
    }
  }

  @Test("is not mixed with half of a commit that was never acknowledged")
  func tornCommit() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    var log = try #require(sample.files[Self.log])
    let frames = frames(log)
    // The last commit loses its first frame, as after a power failure, and was not acknowledged.
    let ends = frames.indices.filter { frames[$0].committedPageCount != 0 }
    try #require(ends.count > 2)
    let torn = ends[ends.count - 2] + 1
    try #require(torn < ends[ends.count - 1])
    let start = Int(LogFrame.offset(of: Int64(torn)))
    log.replaceSubrange(
      start..<start + LogFrame.size, with: repeatElement(0, count: LogFrame.size))
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      try sample.restore(to: path, changed: [Self.log: log])
      let before = try #require(try directory.revisionMark.read())
      directory.revisionMark.write(before - 1)
      let whole = try await SampleIndex.words(of: Store.open(directory, for: .read))
      // Something else is damaged, so that there is a repair.
      var database = try bytes(directory.database)
      let held = Set(frames.map(\.page))
      let page = try #require((4..<UInt32(sample.pageCount)).last { !held.contains($0) })
      database[Int(page) * PageChecksum.pageSize - 2_000] ^= 0xFF
      try sample.restore(to: path, changed: [Self.log: log, "rag.sqlite": database])
      directory.revisionMark.write(before - 1)
      _ = try await Store.repair(directory)
      let repaired = try await SampleIndex.words(of: Store.open(directory, for: .read))
      for (key, words) in repaired { #expect(words == whole[key], "\(key)") }
    }
  }

  @Test("is not written over where nobody knows how much there was")
  func noMark() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    var log = try #require(sample.files[Self.log])
    let count = LogFrame.count(in: Int64(log.count))
    log[Int(LogFrame.offset(of: count / 2)) + 2_000] ^= 1
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      try sample.restore(to: path, changed: [Self.log: log])
      unlink(directory.lock)
      for access in [Store.Access.read, .write] {
        await #expect {
          try await Store.open(directory, for: access)
        } throws: { RAGError.Code.corrupt ~= $0 && "\($0)".contains("repair") }
      }
      #expect(try bytes(path + "/" + Self.log) == log)
      #expect(try await Store.repair(directory).documents >= 40)
    }
  }

  @Test("may lack the last commits where settings and log are lost, and that is said")
  func settingsAndLog() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    var database = sample.database
    let page = PageChecksum.pageSize
    database.replaceSubrange(2 * page..<3 * page, with: repeatElement(0, count: page))
    try await withTemporaryDirectory { path in
      try sample.restore(to: path, changed: ["rag.sqlite": database])
      unlink(path + "/" + Self.log)
      let report = try await Store.repair(IndexDirectory(path))
      #expect(report.documents > 0)
      #expect(report.lost.contains { $0.hasPrefix("the last commits") })
    }
  }

  @Test("has the pages that a log brings, though the page is broken that counts them")
  func pageCount() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      for number in 0..<30 { try await store.put(SampleIndex.document(number)) }
      try await store.settle()
      try await store.apply(
        (30..<60).map { .put(SampleIndex.document($0)) }, encoder: testEncoder, chunking: "{}")
      let copy = IndexDirectory(path + "/copy")
      var log = try bytes(path + "/" + Self.log)
      let first = try #require(frames(log).firstIndex { $0.page == 1 })
      let start = Int(LogFrame.offset(of: Int64(first)))
      log.replaceSubrange(
        start..<start + LogFrame.size, with: repeatElement(0, count: LogFrame.size))
      try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: true)
      try write(log, to: copy.path + "/" + Self.log)
      for name in ["rag.sqlite", "lock"] {
        try write(bytes(path + "/" + name), to: copy.path + "/" + name)
      }
      let report = try await Store.repair(copy)
      #expect(report.documents >= 50, "\(report.documents)")
    }
  }

  @Test("is all where the first page is whole, and that of another index")
  func otherFirstPage() async throws {
    let sample = try await SampleIndex.make()
    try await withTemporaryDirectory { path in
      let compacted = IndexDirectory(path + "/compacted")
      try sample.restore(to: compacted.path)
      try await Store.open(compacted, for: .write).compact()
      let directory = IndexDirectory(path + "/index")
      let page = try bytes(compacted.database)[..<PageChecksum.pageSize]
      let database = Array(page) + sample.database[PageChecksum.pageSize...]
      try sample.restore(to: directory.path, changed: ["rag.sqlite": database])
      let report = try await Store.repair(directory)
      #expect(report.documents == SampleIndex.documentCount)
      let repaired = try await Store.open(directory, for: .read)
      #expect(try await SampleIndex.words(of: repaired) == sample.documents)
    }
  }

  @Test("is nothing of a database of somebody else's, which is left alone")
  func stranger() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let other = try DatabaseQueue(path: directory.database)
      try await other.write { try $0.execute(sql: "CREATE TABLE t (a); INSERT INTO t VALUES (1)") }
      try other.close()
      let before = try bytes(directory.database)
      for attempt in [
        { _ = try await Store.verify(directory) }, { _ = try await Store.repair(directory) },
      ] as [() async throws -> Void] {
        await #expect {
          try await attempt()
        } throws: { RAGError.Code.incompatibleFormat ~= $0 }
      }
      #expect(try bytes(directory.database) == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["rag.sqlite"])
    }
  }

  @Test("is nothing of a database that is missing, and nobody says that there is no index")
  func missing() async throws {
    let sample = try await SampleIndex.make()
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      try sample.restore(to: path)
      unlink(directory.database)
      for attempt in [
        { _ = try await Store.verify(directory) }, { _ = try await Store.repair(directory) },
      ] as [() async throws -> Void] {
        await #expect {
          try await attempt()
        } throws: { RAGError.Code.corrupt ~= $0 && "\($0)".contains("missing") }
      }
    }
  }

  @Test("does not take the place of what an earlier repair kept")
  func keptLogs() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    var log = try #require(sample.files[Self.log])
    log[log.count / 2] ^= 4
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      try sample.restore(to: path, changed: [Self.log: log])
      let kept = directory.database + ".damaged"
      // The database beside it was removed by somebody.
      try write([1, 2, 3], to: kept + "-wal")
      let report = try await Store.repair(directory)
      #expect(report.damagedDatabase == kept + "-2")
      #expect(try bytes(kept + "-wal") == [1, 2, 3] && bytes(kept + "-2-wal") == log)
    }
  }
}
