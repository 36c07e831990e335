import Foundation
import RAGCore
import Testing

@testable import RAGStore

@Suite("The repair of a database whose log is damaged")
struct LogRepairTests {
  private static let log = IndexDirectory.databaseName + "-wal"

  /// Repairs an index of these files.
  /// - Returns: the number of documents that are lost.
  private func repair(
    _ sample: SampleIndex, _ changed: [String: [UInt8]?], _ place: String
  ) async throws -> Int {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      try sample.restore(to: path, changed: changed.compactMapValues(\.self))
      for (name, bytes) in changed where bytes == nil { unlink(path + "/" + name) }
      let report = try await Store.repair(directory)
      #expect(try await Store.verify(directory) == [], "\(place)")
      let repaired = try await Store.open(directory, for: .read)
      let words = try await SampleIndex.words(of: repaired)
      if report.lost.contains(where: { $0.hasPrefix("the last change") }) {
        // Each may be of two versions.
        #expect(try await SampleIndex.unsettled(in: repaired) == Set(words.keys), "\(place)")
      }
      for (key, text) in words
      where key != "gone" && !report.lost.contains("the source of \(key), if it was kept") {
        #expect(text == sample.documents[key], "\(place): \(key) is another")
      }
      let missing = sample.documents.keys.count { words[$0] == nil }
      #expect(missing == 0 || !report.lost.isEmpty, "\(place): nothing is said to be lost")
      return missing
    }
  }

  @Test("keeps what lies behind a broken frame")
  func frames() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    let log = try #require(sample.files[Self.log])
    let count = (log.count - LogHeader.size) / LogFrame.size
    var random = TestRandom(seed: 5)
    var wholeCount = 0
    for index in (0..<count).shuffled(using: &random).prefix(24) {
      var log = log
      let bit = Int.random(in: 0..<LogFrame.size * 8, using: &random)
      log[Int(LogFrame.offset(of: Int64(index))) + bit / 8] ^= 1 << (bit % 8)
      let missing = try await repair(sample, [Self.log: log], "frame \(index), bit \(bit)")
      #expect(missing <= 20, "frame \(index), bit \(bit)")
      wholeCount += missing == 0 ? 1 : 0
    }
    #expect(wholeCount >= 12)
  }

  @Test("keeps what is whole of one that was half written back", arguments: [1, 3, 5, 7])
  func halfWrittenBack(eighths: Int) async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    let log = try #require(sample.files[Self.log])
    let final = try await withTemporaryDirectory { path in
      try sample.restore(to: path)
      try await Store.open(IndexDirectory(path), for: .write).settle()
      return try bytes(IndexDirectory(path).database)
    }
    let pageCount = final.count / PageChecksum.pageSize
    let end = pageCount * eighths / 8 * PageChecksum.pageSize
    var database = Array(final[..<end] + sample.database.dropFirst(end))
    // The page of the revision comes last.
    let setting = 2 * PageChecksum.pageSize..<3 * PageChecksum.pageSize
    database.replaceSubrange(setting, with: sample.database[setting])
    var flipped = log
    flipped[log.count / 2] ^= 4
    for (name, log, allowed) in [
      ("whole", log, 0), ("without its end", Array(log[..<(log.count * 3 / 4)]), 20),
      ("flipped", flipped, 4), ("lost", nil, 20),
    ] as [(String, [UInt8]?, Int)] {
      let place = "\(end) bytes, log \(name)"
      let missing = try await repair(
        sample, [IndexDirectory.databaseName: database, Self.log: log], place)
      #expect(missing <= allowed, "\(place)")
    }
  }

  @Test("leaves a database as old that a checkpoint could not bring to the newest state")
  func brokenCheckpoint() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      let store = try await Store.open(directory, for: .write)
      for number in 0..<20 { try await store.put(SampleIndex.document(number)) }
      let log = directory.database + "-wal"
      var frames = try bytes(log)
      let newest = try LogVerifier.verify(directory.database).newestFrames
      let last = try #require(newest.max { $0.key < $1.key })
      frames[Int(LogFrame.offset(of: last.value)) + 2_000] ^= 1
      // In its place: the store has the file open.
      let file = try #require(FileHandle(forUpdatingAtPath: log))
      try file.write(contentsOf: Data(frames))
      try file.close()
      _ = try? await store.settle()
      let alone = IndexDirectory(path + "/alone")
      try FileManager.default.createDirectory(
        atPath: alone.path, withIntermediateDirectories: true)
      for name in ["rag.sqlite", "lock"] {
        try FileManager.default.copyItem(
          atPath: directory.path + "/" + name, toPath: alone.path + "/" + name)
      }
      await #expect {
        try await Store.open(alone, for: .read)
      } throws: { ($0 as? RAGError)?.message.contains("commits are missing") == true }
    }
  }
}
