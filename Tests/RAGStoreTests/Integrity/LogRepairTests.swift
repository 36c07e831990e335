import Foundation
import GRDB
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
      if report.damagedDatabase != nil {
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

  /// A copy of an index that a store has open, with another log.
  private func copy(of directory: IndexDirectory, log: [UInt8]) throws -> IndexDirectory {
    let copy = IndexDirectory(directory.path + "/copy")
    try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: true)
    try write(bytes(directory.database), to: copy.database)
    try write(bytes(directory.lock), to: copy.lock)
    try write(log, to: copy.database + "-wal")
    return copy
  }

  /// Puts some of the sample's documents in one commit.
  private func put(_ numbers: Range<Int>, in store: Store) async throws {
    try await store.apply(
      numbers.map { .put(SampleIndex.document($0)) }, encoder: testEncoder, chunking: "{}")
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

  @Test("takes the database alone where the log was written back before it was broken")
  func databaseAlone() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      for number in 0..<4 { try await put(number * 10..<number * 10 + 10, in: store) }
      let log = try bytes(directory.database + "-wal")
      try await store.emptyLog()
      let count = Int64((log.count - LogHeader.size) / LogFrame.size)
      for index in stride(from: 0, to: count, by: max(1, Int(count) / 12)) {
        var broken = log
        broken[Int(LogFrame.offset(of: index)) + 1_000] ^= 1
        let copy = try copy(of: directory, log: broken)
        let report = try await Store.repair(copy)
        #expect(report.documents == 40, "frame \(index) of \(count)")
        #expect(report.lost.allSatisfy { $0.hasPrefix("the last commits in the log") })
        #expect(try await Store.verify(copy) == [])
        try FileManager.default.removeItem(atPath: copy.path)
      }
    }
  }

  @Test("loses nothing where only the packing of rows is broken in the log")
  func packing() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      for number in 0..<4 { try await put(number * 10..<number * 10 + 10, in: store) }
      let writer = try #require(store.writer)
      func frameCount() throws -> Int64 {
        LogFrame.count(in: Int64(try bytes(directory.database + "-wal").count))
      }
      _ = try await writer.write(IndexSettings.nameStateToPack)
      let start = try frameCount()
      try await writer.writeWithoutTransaction { try $0.execute(sql: "VACUUM") }
      let end = try frameCount()
      try store.markRevision(try await writer.write(IndexSettings.nameNewState))
      let log = try bytes(directory.database + "-wal")
      for index in stride(from: start, to: end, by: max(1, Int(end - start) / 12)) {
        var broken = log
        broken[Int(LogFrame.offset(of: index)) + 1_000] ^= 1
        let copy = try copy(of: directory, log: broken)
        let report = try await Store.repair(copy)
        #expect(report.documents == 40, "frame \(index) of \(start)..<\(end)")
        #expect(report.lost.allSatisfy { $0.hasPrefix("the last commits in the log") })
        #expect(try await Store.verify(copy) == [])
        try FileManager.default.removeItem(atPath: copy.path)
      }
    }
  }

  @Test("keeps the texts whose vectors alone are broken, rather than an older state with vectors")
  func vectors() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    let pages = try await withTemporaryDirectory { path in
      try sample.restore(to: path)
      return try DatabaseQueue(path: IndexDirectory(path).database).read {
        try Set(UInt32.fetchAll($0, sql: "SELECT pageno FROM dbstat WHERE name = 'vector'"))
      }
    }
    var log = try #require(sample.files[Self.log])
    var brokenCount = 0
    for index in 0..<LogFrame.count(in: Int64(log.count)) {
      let start = Int(LogFrame.offset(of: index))
      let page = log.withUnsafeBytes {
        LogFrame(UnsafeRawBufferPointer(rebasing: $0[start...])).page
      }
      guard pages.contains(page) else { continue }
      log[start + LogFrame.headerSize + 100] ^= 1
      brokenCount += 1
    }
    try #require(brokenCount > 1)
    // With the mark of the last commit, and without.
    for mark in [sample.files["lock"] ?? [], []] {
      try await withTemporaryDirectory { path in
        try sample.restore(to: path, changed: [Self.log: log, "lock": mark])
        let report = try await Store.repair(IndexDirectory(path))
        let repaired = try await Store.open(IndexDirectory(path), for: .read)
        let words = try await SampleIndex.words(of: repaired)
        #expect(Set(sample.documents.keys).isSubset(of: words.keys), "\(report.lost)")
        #expect(report.lost.contains { $0.hasPrefix("the vectors of") })
        #expect(try await Store.verify(IndexDirectory(path)) == [])
      }
    }
  }

  @Test("keeps what the last commit changed and removed, where its settings alone are broken")
  func settings() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      for number in 0..<30 { try await store.put(SampleIndex.document(number)) }
      try await store.settle()
      let changed = (0..<20).map { number in
        Change.put(record(SampleIndex.key(number), ["changed \(number)"]))
      }
      try await store.apply(
        changed + [.remove(key: SampleIndex.key(29))], encoder: testEncoder, chunking: "{}")
      let words = try await SampleIndex.words(of: store)
      var log = try bytes(directory.database + "-wal")
      let newest = try LogVerifier.verify(directory.database).newestFrames
      let frame = try #require(newest[LogOrigin.settingPage])
      log[Int(LogFrame.offset(of: frame)) + 3_000] ^= 1
      let copy = try copy(of: directory, log: log)
      let report = try await Store.repair(copy)
      #expect(report.lost.contains { $0.hasPrefix("the last change") })
      let repaired = try await Store.open(copy, for: .read)
      #expect(try await SampleIndex.words(of: repaired) == words)
      #expect(try await Store.verify(copy) == [])
    }
  }

  @Test("has nothing of a commit that was cut off, where settings of the one before are broken")
  func cutOffBehindBroken() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      try await put(0..<20, in: store)
      try await store.settle()
      try await put(20..<40, in: store)
      let mark = try #require(try directory.revisionMark.read())
      try await put(40..<60, in: store)
      var log = try bytes(directory.database + "-wal")
      let frames = (0..<LogFrame.count(in: Int64(log.count))).filter { index in
        let start = Int(LogFrame.offset(of: index))
        let page = log.withUnsafeBytes {
          LogFrame(UnsafeRawBufferPointer(rebasing: $0[start...])).page
        }
        return page == LogOrigin.settingPage
      }
      try #require(frames.count == 2)
      for frame in Set(frames + [LogFrame.count(in: Int64(log.count)) - 1]) {
        log[Int(LogFrame.offset(of: frame)) + 3_000] ^= 1
      }
      let copy = try copy(of: directory, log: log)
      copy.revisionMark.write(mark)
      _ = try await Store.repair(copy)
      let words = try await SampleIndex.words(of: Store.open(copy, for: .read))
      #expect((40..<60).allSatisfy { words[SampleIndex.key($0)] == nil })
      #expect((0..<20).allSatisfy { words[SampleIndex.key($0)] != nil })
    }
  }

  @Test("tells that commits are lost behind damage, where the mark is as old as what is left")
  func olderMark() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    var log = try #require(sample.files[Self.log])
    // The header: SQLite takes none of it.
    log[20] ^= 1
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      try sample.restore(to: path, changed: [Self.log: log])
      let revision = try #require(try LogOrigin.revision(of: directory.database))
      directory.revisionMark.write(Int(revision))
      #expect(try await !Store.repair(directory).lost.isEmpty)
    }
  }

  @Test("is not taken for an older state where a log is broken that was written back")
  func writtenBack() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      try await put(0..<20, in: store)
      try await store.settle()
      for start in stride(from: 20, to: 60, by: 10) { try await put(start..<start + 10, in: store) }
      let revision = try await store.read { $0.settings.revision }
      var log = try bytes(directory.database + "-wal")
      let copy = try copy(of: directory, log: log)
      try await Store.open(copy, for: .write).emptyLog()
      #expect(try LogOrigin.revision(of: copy.database) == revision)
      let last = LogFrame.count(in: Int64(log.count)) - 1
      log[Int(LogFrame.offset(of: last)) + 3_000] ^= 1
      try write(log, to: copy.database + "-wal")
      copy.revisionMark.write(revision - 1)
      await #expect(throws: RAGError.self) { try await Store.open(copy, for: .read) }
      await #expect(throws: RAGError.self) { try await Store.open(copy, for: .write) }
      #expect(try await !Store.verify(copy).isEmpty)
      #expect(try await Store.repair(copy).documents == 60)
      #expect(try await Store.verify(copy) == [])
    }
  }

  @Test("is not taken for whole where there is no mark", arguments: [false, true])
  func noMark(isThere: Bool) async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      for start in stride(from: 0, to: 60, by: 10) { try await put(start..<start + 10, in: store) }
      var log = try bytes(directory.database + "-wal")
      let last = LogFrame.count(in: Int64(log.count)) - 2
      log[Int(LogFrame.offset(of: last)) + 3_000] ^= 1
      let copy = try copy(of: directory, log: log)
      if isThere { truncate(copy.lock, 0) } else { unlink(copy.lock) }
      #expect(try await !Store.verify(copy).isEmpty)
      #expect(try await !Store.repair(copy).lost.isEmpty)
      #expect(try await Store.verify(copy) == [])
    }
  }

  @Test("knows the frames that are whole behind several whose checksums are broken")
  func checksums() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    var log = try #require(sample.files[Self.log])
    try await withTemporaryDirectory { path in
      try sample.restore(to: path)
      let database = IndexDirectory(path).database
      let whole = try LogVerifier.verify(database).newestFrames
      let broken: Set<Int64> = [2, 3, 6, 8, 9, 10]
      for frame in broken { log[Int(LogFrame.offset(of: frame)) + 17] ^= 4 }
      try write(log, to: path + "/" + Self.log)
      let report = try LogVerifier.verify(database)
      #expect(report.damage?.frame == 2)
      for (page, frame) in whole where !broken.contains(frame) {
        #expect(report.newestFrames[page] == frame, "page \(page)")
      }
    }
  }

  @Test("keeps all of one that says that it is of another version, under right checksums")
  func otherVersion() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    var log = try #require(sample.files[Self.log])
    log.replaceSubrange(4..<8, with: [0x00, 0x2D, 0xE2, 0x19])
    Self.seal(&log)
    // All of it, or the beginning of a commit.
    for count in [log.count, Int(LogFrame.offset(of: 1))] {
      let part = Array(log[..<count])
      try await withTemporaryDirectory { path in
        try sample.restore(to: path, changed: [Self.log: part])
        let directory = IndexDirectory(path)
        #expect(
          try await Store.verify(directory).contains { $0.problem.contains("of another version") })
        for access in [Store.Access.read, .write] {
          await #expect { try await Store.open(directory, for: access) } throws: {
            RAGError.Code.corrupt ~= $0 && "\($0)".contains("'rag repair'")
          }
        }
      }
      let missing = try await repair(sample, [Self.log: part], "\(count) bytes")
      #expect(missing <= (count == log.count ? 0 : 20), "\(count) bytes")
    }
  }

  /// Puts the checksums of a log right, as whoever can write it can.
  private static func seal(_ log: inout [UInt8]) {
    let isBigEndian = log[3] & 1 == 1
    var sum = LogChecksum()
    func store(_ sum: LogChecksum, at offset: Int) {
      for (place, word) in [sum.words.0, sum.words.1].enumerated() {
        let start = offset + 4 * place
        withUnsafeBytes(of: word.bigEndian) { log.replaceSubrange(start..<start + 4, with: $0) }
      }
    }
    log[..<24].withUnsafeBytes { sum.add($0, isBigEndian) }
    store(sum, at: 24)
    for index in 0..<LogFrame.count(in: Int64(log.count)) {
      let start = Int(LogFrame.offset(of: index))
      log[start..<start + LogFrame.size].withUnsafeBytes { frame in
        sum = sum.extended(
          byHeader: frame,
          page: UnsafeRawBufferPointer(rebasing: frame[LogFrame.headerSize...]),
          wordsAreBigEndian: isBigEndian)
      }
      store(sum, at: start + 16)
    }
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

  @Test(
    "has what may be of two versions read again, where a write-back was cut off and the log is lost",
    arguments: [1, 2, 4, 6, 7], [false, true])
  func updatedAndHalfWrittenBack(eighths: Int, hasMark: Bool) async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      func put(_ version: String) async throws -> Store {
        let store = try await Store.open(directory, for: .write)
        for number in 0..<40 {
          let texts = (0..<3).map { "\(version) \(number) \($0)" }
          try await store.put(record("d\(number)", texts))
        }
        return store
      }
      try await put("old").settle()
      let old = try bytes(directory.database)
      try await put("new").settle()
      let new = try bytes(directory.database)
      let size = PageChecksum.pageSize
      let end = new.count / size * eighths / 8 * size
      var mixed = Array(new[..<end] + old.dropFirst(end))
      mixed.replaceSubrange(2 * size..<3 * size, with: old[2 * size..<3 * size])
      try write(mixed, to: directory.database)
      if !hasMark { unlink(directory.lock) }
      let report = try await Store.repair(directory)
      #expect(report.lost.contains { $0.hasPrefix("all that the last") } || !hasMark)
      let repaired = try await Store.open(directory, for: .read)
      let words = try await SampleIndex.words(of: repaired)
      // Without a mark, one that looks whole is not repaired.
      if hasMark || report.damagedDatabase != nil {
        #expect(try await SampleIndex.unsettled(in: repaired) == Set(words.keys))
      }
      #expect(try await Store.verify(directory) == [])
    }
  }

  @Test("keeps what there is of a last commit whose end is broken, where the mark says that it was")
  func lastFrame() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      try await put(0..<20, in: store)
      try await store.settle()
      try await put(20..<60, in: store)
      var log = try bytes(directory.database + "-wal")
      let last = LogFrame.count(in: Int64(log.count)) - 1
      log[Int(LogFrame.offset(of: last)) + 3_000] ^= 1
      let copy = try copy(of: directory, log: log)
      await #expect(throws: RAGError.self) { try await Store.open(copy, for: .read) }
      let report = try await Store.repair(copy)
      #expect(report.documents > 50)
      #expect(report.lost.contains { $0.hasPrefix("the last change") })
      #expect(try await Store.verify(copy) == [])
    }
  }

  @Test("puts the log back that an interrupted one took away, and nobody goes on without")
  func interrupted() async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    var log = try #require(sample.files[Self.log])
    let count = LogFrame.count(in: Int64(log.count))
    log[Int(LogFrame.offset(of: count / 2)) + 2_000] ^= 1
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      try sample.restore(to: path, changed: [Self.log: log])
      // Without a mark nothing else tells that commits are missing.
      unlink(directory.lock)
      try #require(link(directory.database, directory.database + ".damaged") == 0)
      try #require(
        rename(directory.database + "-wal", directory.database + ".damaged-wal") == 0)
      for access in [Store.Access.read, .write] {
        await #expect {
          try await Store.open(directory, for: access)
        } throws: { RAGError.Code.corrupt ~= $0 && "\($0)".contains("interrupted") }
      }
      #expect(try await !Store.verify(directory).isEmpty)
      let report = try await Store.repair(directory)
      #expect(report.documents > 40)
      #expect(try bytes(directory.database + ".damaged-wal") == log)
      #expect(try await Store.verify(directory) == [])
    }
  }

  @Test(
    "says that commits may be missing where the mark is damaged and the log is cut",
    arguments: [false, true])
  func damagedMark(_ isDatabaseDamaged: Bool) async throws {
    let sample = try await SampleIndex.make(keepsLog: true)
    let log = try #require(sample.files[Self.log])
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      try sample.restore(to: path, changed: [Self.log: Array(log[..<(log.count / 2)])])
      var mark = try bytes(directory.lock)
      mark[2] ^= 1
      try write(mark, to: directory.lock)
      if isDatabaseDamaged {
        var database = sample.database
        database[5 * PageChecksum.pageSize + 2_000] ^= 0xFF
        try write(database, to: directory.database)
      }
      #expect(try await Store.repair(directory).lost.contains { $0.hasPrefix("the last commits") })
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

extension LogChecksum {
  /// The two sums.
  fileprivate var words: (UInt32, UInt32) {
    withUnsafeBytes(of: self) {
      ($0.load(as: UInt32.self), $0.load(fromByteOffset: 4, as: UInt32.self))
    }
  }
}
