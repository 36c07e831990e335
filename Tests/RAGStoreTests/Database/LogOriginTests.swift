import Foundation
import GRDB
import RAGCore
import Testing

@testable import RAGStore

@Suite("A log beside a database")
struct LogOriginTests {
  /// Copies the files of an index, those of one that is open too.
  private func copy(_ names: [String], from source: String, to target: String) throws {
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    for name in names where fileExists(source + "/" + name) {
      try? FileManager.default.removeItem(atPath: target + "/" + name)
      try FileManager.default.copyItem(
        atPath: source + "/" + name, toPath: target + "/" + name)
    }
  }

  @Test("continues it after every commit, fold, checkpoint and compaction")
  func own() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let policy = foldPolicy(tailLimit: 3)
      var random = TestRandom(seed: 3)
      var store = try await Store.open(directory, for: .write)
      for number in 0..<60 {
        try await store.put(record("d\(number % 17)", ["text \(number)", "more \(number % 5)"]))
        switch Int.random(in: 0..<8, using: &random) {
        case 0: try await store.settle(policy: policy)
        case 1: try await store.compact(policy: policy)
        case 2: try await store.foldIfNeeded(policy: policy)
        case 3: try await store.writer?.writeWithoutTransaction { _ = try $0.checkpoint(.passive) }
        case 4: store = try await Store.open(directory, for: .write)
        default: break
        }
        #expect(try !LogOrigin.isForeign(to: directory.database), "after \(number)")
      }
    }
  }

  @Test("is no other's while a writer writes it back, and cuts it short or begins it anew")
  func atWork() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      try await store.put(record("d", ["text"]))
      try await withThrowingTaskGroup { group in
        group.addTask {
          while !Task.isCancelled {
            let isForeign = try LogOrigin.isForeign(to: directory.database)
            #expect(!isForeign)
          }
        }
        defer { group.cancelAll() }
        for number in 0..<240 {
          try await store.put(record("d\(number % 9)", ["text \(number)"]))
          guard number % 4 == 0 else { continue }
          try await store.writer?.writeWithoutTransaction {
            _ = try $0.checkpoint(number % 8 == 0 ? .truncate : .restart)
          }
        }
      }
    }
  }

  @Test("is judged by the commits behind a frame that is broken, too", arguments: [8, 20, 2_000])
  func broken(byte: Int) async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      let store = try await Store.open(directory, for: .write)
      try await store.put(record("a", ["alpha"]))
      try await store.settle()
      for number in 0..<5 { try await store.put(record("c\(number)", ["gamma \(number)"])) }
      // Written back whole, and not emptied.
      try await store.writer?.writeWithoutTransaction { _ = try $0.checkpoint(.passive) }
      let log = try Data(contentsOf: URL(filePath: directory.database + "-wal"))
      let (own, newer) = (path + "/own", path + "/newer")
      try copy(["rag.sqlite"], from: directory.path, to: own)
      for number in 0..<50 { try await store.put(record("d\(number)", ["delta"])) }
      try await store.settle()
      try copy(["rag.sqlite"], from: directory.path, to: newer)
      for (folder, isForeign) in [(own, false), (newer, true)] {
        for frame in 1..<(log.count - LogHeader.size) / LogFrame.size - 1 {
          var damaged = log
          damaged[LogHeader.size + frame * LogFrame.size + byte] ^= 1
          try damaged.write(to: URL(filePath: folder + "/rag.sqlite-wal"))
          #expect(
            try LogOrigin.isForeign(to: folder + "/rag.sqlite") == isForeign, "frame \(frame)")
        }
      }
    }
  }

  @Test("of a later state is refused, told, and set aside by a repair")
  func later() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      let store = try await Store.open(directory, for: .write)
      try await store.put(record("a", ["alpha"]), record("b", ["beta"]))
      try await store.settle()
      let backup = IndexDirectory(path + "/backup")
      try await store.backup(to: backup)
      for number in 0..<3 { try await store.put(record("c\(number)", ["gamma \(number)"])) }
      try await store.settle()
      try await store.put(record("d", ["delta"]))
      #expect(directory.hasLog)

      // All files of the copy, over those of a later state.
      let mixed = IndexDirectory(path + "/mixed")
      try copy(["rag.sqlite-wal"], from: directory.path, to: mixed.path)
      let names = try FileManager.default.contentsOfDirectory(atPath: backup.path)
      try copy(names, from: backup.path, to: mixed.path)
      for access in [Store.Access.read, .write] {
        await #expect("\(access)") {
          try await Store.open(mixed, for: access)
        } throws: {
          ($0 as? RAGError)?.code == .corrupt && "\($0)".contains("put back from a copy")
        }
      }
      #expect(try await Store.verify(mixed).map(\.file) == ["rag.sqlite-wal"])
      let report = try await Store.repair(mixed)
      #expect(report.documents == 2 && report.lost.count == 1 && report.damagedDatabase == nil)
      #expect(fileExists(mixed.database + ".foreign-wal"))
      #expect(try await Store.verify(mixed) == [])
      let repaired = try await Store.open(mixed, for: .read)
      #expect(try await repaired.lexical("beta") == ["beta"])
      // Another such log is put beside the first.
      try copy(["rag.sqlite-wal"], from: directory.path, to: mixed.path)
      #expect(try await Store.repair(mixed).documents == 2)
      let original = FileManager.default.contents(atPath: directory.database + "-wal")
      for kept in [".foreign-wal", ".foreign-wal-2"] {
        #expect(FileManager.default.contents(atPath: mixed.database + kept) == original)
      }
      // The index itself is none the worse.
      #expect(try await Store.verify(directory) == [])
    }
  }

  @Test("of another lineage is refused, though their revisions are the same")
  func lineage() async throws {
    try await withTemporaryDirectory { path in
      let directories = [IndexDirectory(path + "/a"), IndexDirectory(path + "/b")]
      var store = try await Store.open(directories[0], for: .write)
      try await store.put(record("a", ["alpha"]))
      try await store.settle()
      try await store.backup(to: directories[1])
      for (number, directory) in directories.enumerated() {
        store = try await Store.open(directory, for: .write)
        try await store.put(record("x\(number)", ["beta \(number)"]))
      }
      for names in [["rag.sqlite-wal"], ["rag.sqlite", "lock"]] {
        let mixed = IndexDirectory(path + "/mixed\(names.count)")
        try copy(
          ["rag.sqlite", "rag.sqlite-wal", "lock"], from: directories[1].path, to: mixed.path)
        #expect(try !LogOrigin.isForeign(to: mixed.database))
        // The other went on, and wrote its log back, or did not.
        if names.count == 2 { try await Store.open(directories[0], for: .write).settle() }
        try copy(names, from: directories[0].path, to: mixed.path)
        // Of the two logs each continues the state that both lineages begin with.
        let isForeign = try LogOrigin.isForeign(to: mixed.database)
        #expect(isForeign == (names.count == 2))
      }
    }
  }

  @Test("of another lineage is refused though it is damaged", arguments: [0, 1, 2])
  func damagedLineage(broken: Int) async throws {
    try await withTemporaryDirectory { path in
      let directories = [IndexDirectory(path + "/a"), IndexDirectory(path + "/b")]
      try await Store.open(directories[0], for: .write).put(record("a", ["alpha"]))
      try await Store.open(directories[0], for: .write).settle()
      try await Store.open(directories[0], for: .read).backup(to: directories[1])
      let own = try await Store.open(directories[0], for: .write)
      for number in 0..<3 { try await own.put(record("x\(number)", ["beta \(number)"])) }
      try await own.settle()
      let other = try await Store.open(directories[1], for: .write)
      var ends: [Int] = []
      let logPath = directories[1].database + "-wal"
      for number in 0..<4 {
        try await other.put(record("y\(number)", ["gamma \(number)"]))
        ends.append(try bytes(logPath).count)
      }
      var log = try bytes(logPath)
      // Of the first, of the second and of the last commit.
      log[ends[[0, 1, 3][broken]] - 1_000] ^= 1
      let mixed = IndexDirectory(path + "/mixed")
      try copy(["rag.sqlite", "lock"], from: directories[0].path, to: mixed.path)
      try write(log, to: mixed.database + "-wal")
      #expect(try LogOrigin.isForeign(to: mixed.database))
      let report = try await Store.repair(mixed)
      #expect(report.documents == 4 && report.damagedDatabase == nil)
    }
  }

  @Test(
    "of a state from which space was given back is refused beside one before",
    arguments: [false, true])
  func vacuum(compacts: Bool) async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      let store = try await Store.open(directory, for: .write)
      let text = String(repeating: "filler ", count: 600)
      for number in 0..<400 { try await store.put(record("d\(number)", ["word\(number) " + text])) }
      try await store.settle()
      try await store.apply(
        (0..<300).map { .remove(key: "d\($0)") }, encoder: nil, chunking: nil)
      let backup = IndexDirectory(path + "/backup")
      try await store.backup(to: backup)
      if compacts { try await store.compact() } else { try await store.settle() }
      let before = try FileManager.default.attributesOfItem(atPath: backup.database)[.size] as? Int
      let after =
        try FileManager.default.attributesOfItem(atPath: directory.database)[.size] as? Int
      #expect(try #require(after) < #require(before))
      try await store.put(record("e", ["epsilon"]))
      try copy(["rag.sqlite-wal"], from: directory.path, to: backup.path)
      #expect(try LogOrigin.isForeign(to: backup.database))
      #expect(try await Store.verify(directory) == [])
    }
  }

  @Test("of an index whose packed state has no name yet is refused beside a backup of it")
  func besideBackup() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      let store = try await Store.open(directory, for: .write)
      for number in 0..<40 { try await store.put(record("d\(number)", ["word\(number)"])) }
      _ = try await store.writer?.write(IndexSettings.nameStateToPack)
      try await store.writer?.writeWithoutTransaction { try $0.execute(sql: "VACUUM") }
      let log = try #require(FileManager.default.contents(atPath: directory.database + "-wal"))
      let backup = IndexDirectory(path + "/backup")
      try await store.backup(to: backup)
      #expect(try await Store.verify(backup) == [])
      let frameCount = (log.count - LogHeader.size) / LogFrame.size
      for count in 1...frameCount {
        try log.prefix(LogHeader.size + count * LogFrame.size).write(
          to: URL(fileURLWithPath: backup.database + "-wal"))
        let isForeign = try LogOrigin.isForeign(to: backup.database)
        // Where none of its commits is whole, SQLite plays nothing back.
        #expect(isForeign || count < 3, "\(count) of \(frameCount)")
      }
    }
  }

  @Test(
    "of a moment before rows were packed is refused beside the state after, which may lack its name",
    arguments: [false, true])
  func beforePacking(isBrokenOff: Bool) async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      var store = try await Store.open(directory, for: .write)
      for number in 0..<40 { try await store.put(record("d\(number)", ["word\(number)"])) }
      try await store.settle()
      func readLog() throws -> Data {
        try #require(FileManager.default.contents(atPath: directory.database + "-wal"))
      }
      var log = Data()
      if isBrokenOff {
        _ = try await store.writer?.write(IndexSettings.nameStateToPack)
        try await store.writer?.writeWithoutTransaction { try $0.execute(sql: "VACUUM") }
        log = try readLog()
        try await store.emptyLog()
        #expect(directory.hasLog)
        store = try await Store.open(directory, for: .write)
      } else {
        // With a reader at work the log keeps what the database gets.
        try await whileReading(directory.database) {
          try await store.compact()
          log = try readLog()
        }
      }
      try await store.emptyLog()
      #expect(!directory.hasLog)
      let frameCount = (log.count - LogHeader.size) / LogFrame.size
      #expect(frameCount > 2)
      for count in 1..<frameCount {
        try log.prefix(LogHeader.size + count * LogFrame.size).write(
          to: URL(fileURLWithPath: directory.database + "-wal"))
        let isForeign = try LogOrigin.isForeign(to: directory.database)
        // Where none of its commits is whole, SQLite plays nothing back.
        let hasCommit = try LogVerifier.verify(directory.database).pageCount != nil
        #expect(isForeign || !hasCommit, "\(count) of \(frameCount) frames")
      }
    }
  }

  @Test(
    "does not tell where it says a revision that there cannot be", arguments: [Int64.min, -1, .max])
  func impossible(revision: Int64) async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path)
      let store = try await Store.open(directory, for: .write)
      try await store.put(record("a", ["alpha"]))
      try await store.settle()
      try await store.writer?.write {
        try $0.execute(
          sql: "UPDATE setting SET value = ? WHERE name = 'revision'", arguments: [revision])
      }
      #expect(directory.hasLog)
      #expect(try !LogOrigin.isForeign(to: directory.database))
      await #expect {
        try await Store.open(directory, for: .read)
      } throws: { RAGError.Code.corrupt ~= $0 }
    }
  }

  @Test("of an earlier state is refused")
  func earlier() async throws {
    try await withTemporaryDirectory { path in
      let directory = IndexDirectory(path + "/index")
      let store = try await Store.open(directory, for: .write)
      try await store.put(record("a", ["alpha"]))
      let mixed = IndexDirectory(path + "/mixed")
      try copy(["rag.sqlite-wal"], from: directory.path, to: mixed.path)
      for number in 0..<3 { try await store.put(record("c\(number)", ["gamma \(number)"])) }
      try await store.settle()
      try copy(["rag.sqlite", "lock"], from: directory.path, to: mixed.path)
      #expect(try LogOrigin.isForeign(to: mixed.database))
      await #expect(throws: RAGError.self) { try await Store.open(mixed, for: .read) }
    }
  }

  @Test("that is a pipe, as any other file of an index, is refused and not waited for")
  func pipes() async throws {
    for name in [
      "lock", "rag.sqlite", "rag.sqlite-wal", "rag.sqlite-shm", "rag.sqlite-journal",
      "rag.sqlite.lost",
    ] {
      try await withTemporaryDirectory { path in
        let directory = IndexDirectory(path)
        try await Store.open(directory, for: .write).put(record("a", ["alpha"]))
        unlink(path + "/" + name)
        try #require(mkfifo(path + "/" + name, 0o600) == 0)
        for attempt in [
          { _ = try await Store.open(directory, for: .read) },
          { _ = try await Store.open(directory, for: .write, wait: .zero) },
          { _ = try await Store.verify(directory) }, { _ = try await Store.repair(directory) },
        ] as [() async throws -> Void] {
          await #expect("\(name)") {
            try await attempt()
          } throws: { ($0 as? RAGError)?.code == .invalidInput }
        }
      }
    }
  }
}
