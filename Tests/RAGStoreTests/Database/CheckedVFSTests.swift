import CSQLite
import Foundation
import GRDB
import Testing

@testable import RAGStore

@Suite("Checked VFS at work")
struct CheckedVFSTests {
  @Test(
    "Random work under every journal mode is read back, and every page is sealed",
    arguments: ["WAL", "DELETE", "TRUNCATE", "PERSIST"], [1, 2] as [UInt64])
  func workload(journal: String, seed: UInt64) throws {
    try withDatabasePath { path in
      var random = TestRandom(seed: seed)
      var rows: [Int64: Data] = [:]
      var queue = try openWriter(path, journal: journal, setup: "PRAGMA auto_vacuum = INCREMENTAL")
      try queue.write { try $0.execute(sql: "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)") }
      for round in 0..<36 {
        let before = rows
        // A small cache spills: frames are overwritten and read back within the transaction.
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA cache_size = 10") }
        let keeps = round % 7 != 3
        try queue.writeWithoutTransaction { database in
          try database.inTransaction {
            for _ in 0..<40 {
              let id = Int64.random(in: 1...120, using: &random)
              if Int.random(in: 0..<4, using: &random) == 0 {
                rows[id] = nil
                try database.execute(sql: "DELETE FROM t WHERE id = ?", arguments: [id])
              } else {
                let blob = random.blob(Int.random(in: 0..<20_000, using: &random))
                rows[id] = blob
                try database.execute(sql: "REPLACE INTO t VALUES (?, ?)", arguments: [id, blob])
              }
              let probe = Int64.random(in: 1...120, using: &random)
              let found = try Data.fetchOne(
                database, sql: "SELECT b FROM t WHERE id = ?", arguments: [probe])
              #expect(found == rows[probe], "seed \(seed), round \(round)")
            }
            return keeps ? .commit : .rollback
          }
        }
        if !keeps { rows = before }
        try queue.writeWithoutTransaction { database in
          switch round % 10 {
          case 2: try database.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
          case 4: try database.execute(sql: "PRAGMA incremental_vacuum(20)")
          case 5: try database.execute(sql: "PRAGMA wal_checkpoint(RESTART)")
          case 7: try database.execute(sql: "VACUUM")
          case 8: try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
          case 9: try database.execute(sql: "PRAGMA wal_checkpoint(FULL)")
          default: break
          }
        }
        if round % 12 == 11 {
          try queue.close()
          queue = try openWriter(path, journal: journal)
        }
        let report = try CheckedVFS.verifyPages(path: path)
        #expect(report.isSound, "seed \(seed), round \(round): \(report)")
      }
      let found = try queue.read { database in
        try Row.fetchAll(database, sql: "SELECT id, b FROM t")
      }
      #expect(
        Dictionary(uniqueKeysWithValues: found.map { ($0["id"] as Int64, $0["b"] as Data) })
          == rows)
      #expect(try queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
      try queue.close()
      // The default VFS reads the file too.
      let plain = try DatabaseQueue(path: path)
      #expect(try plain.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM t") } == rows.count)
    }
  }
}
