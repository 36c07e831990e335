import CSQLite
import Foundation
import GRDB
import RAGCore
import Testing

@testable import RAGStore

@Suite("Checked VFS under many hands")
struct CheckedVFSConcurrencyTests {
  @Test("Readers beside a writer and its checkpoints see whole states, and no false alarm")
  func readersAndWriter() throws {
    try withDatabasePath { path in
      let writer = try openWriter(path)
      try writer.write { database in
        try database.execute(sql: "CREATE TABLE t (id INTEGER PRIMARY KEY, stamp INTEGER, b BLOB)")
        for id in 1...60 {
          try database.execute(
            sql: "INSERT INTO t VALUES (?, 0, zeroblob(5000))", arguments: [id])
        }
      }
      let reader = try openReader(path)
      let isDone = Locked(false)
      let problems = Locked<[String]>([])
      @Sendable func write() throws {
        let modes = ["PASSIVE", "FULL", "RESTART", "TRUNCATE"]
        for stamp in 1...120 {
          try writer.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA cache_size = 10")
            // Readers that do not let go make a checkpoint give up at once.
            try database.execute(sql: "PRAGMA busy_timeout = 0")
            try database.inTransaction {
              try database.execute(sql: "UPDATE t SET stamp = ?", arguments: [-stamp])
              try database.execute(
                sql: "UPDATE t SET stamp = ?, b = zeroblob(? % 9000)",
                arguments: [stamp, stamp * 97]
              )
              return .commit
            }
            if stamp % 5 == 0 {
              _ = try? Row.fetchAll(
                database, sql: "PRAGMA wal_checkpoint(\(modes[stamp / 5 % 4]))")
            }
          }
        }
      }
      @Sendable func read() throws {
        let stamps = try reader.read {
          try Row.fetchAll($0, sql: "SELECT min(stamp), max(stamp), sum(length(b)) FROM t")
        }
        let (least, most) = (stamps[0][0] as Int, stamps[0][1] as Int)
        if least != most { problems.withLock { $0.append("stamps \(least) and \(most)") } }
      }
      DispatchQueue.concurrentPerform(iterations: 5) { worker in
        do {
          if worker == 0 {
            defer { isDone.withLock { $0 = true } }
            try write()
          } else {
            var rounds = 0
            while rounds < 5 || !isDone.withLock({ $0 }) {
              rounds += 1
              if worker < 4 {
                try read()
              } else {
                let report = try CheckedVFS.verifyPages(path: path)
                if !report.isSound { problems.withLock { $0.append("\(report)") } }
              }
            }
          }
        } catch {
          problems.withLock { $0.append("\(error)") }
        }
      }
      #expect(problems.withLock { $0 } == [])
      #expect(try CheckedVFS.verifyPages(path: path).isSound)
    }
  }

  @Test("A hot rollback journal is played back with right checksums")
  func hotJournal() throws {
    try withDatabasePath { path in
      let queue = try openWriter(path, journal: "DELETE")
      try queue.write { database in
        try database.execute(sql: "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
        for id in 1...100 {
          try database.execute(sql: "INSERT INTO t VALUES (?, randomblob(3000))", arguments: [id])
        }
      }
      let sql = "SELECT id, b FROM t"
      let before = try queue.read { try Row.fetchAll($0, sql: sql) }
      var torn: (database: [UInt8], journal: [UInt8]) = ([], [])
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA cache_size = 10")
        try database.inTransaction {
          try database.execute(sql: "UPDATE t SET b = randomblob(2500)")
          torn = (try bytes(path), try bytes(path + "-journal"))
          return .rollback
        }
      }
      try queue.close()
      #expect(torn.database != (try bytes(path)), "nothing was spilled")
      try write(torn.database, to: path)
      try write(torn.journal, to: path + "-journal")
      let again = try openWriter(path, journal: "DELETE")
      #expect(try again.read { try Row.fetchAll($0, sql: sql) } == before)
      #expect(try CheckedVFS.verifyPages(path: path).isSound)
      #expect(!FileManager.default.fileExists(atPath: path + "-journal"))
    }
  }
}
