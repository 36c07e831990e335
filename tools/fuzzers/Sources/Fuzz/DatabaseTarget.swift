import Foundation
import RAGCore

@testable import RAGStore

/// What reads a database and its log past SQLite bears any bytes of theirs, under right checksums
/// and under one that a single bit makes wrong.
func fuzzDatabase(_ bytes: [UInt8]) throws {
  let input = DatabaseInput(bytes)
  let files = DatabaseFiles(input)
  let path = try Scratch.write(files.database, to: IndexDirectory.databaseName)
  let log = IndexDirectory.databaseName + "-wal"
  if files.log.isEmpty { Scratch.remove(log) } else { _ = try Scratch.write(files.log, to: log) }
  _ = try DatabaseHeader.read(path, applicationID: UInt32(Schema.applicationID))
  _ = try DatabaseHeader.isMendable(path)
  _ = try LogOrigin.isForeign(to: path)
  try checkPages(files, path)
  try checkLog(input, files, path)
  try checkRows(input, path)
  try DatabaseCopy.write(of: path, with: .wholeFrames, to: Scratch.directory + "/copy")
}

/// Pages that are there are whole, but for the one with the bit, which can be put right.
private func checkPages(_ files: DatabaseFiles, _ path: String) throws {
  let report = try CheckedVFS.verifyPages(path: path)
  let stored = files.database.count / PageChecksum.pageSize
  let damaged = (report.damagedPages + report.pagesHeldByLog).filter { $0 <= stored }
  guard let bit = files.spoiltDatabaseBit else {
    require(damaged.isEmpty, "whole pages are damaged: \(damaged)")
    return
  }
  let page = UInt32(bit / 8 / PageChecksum.pageSize + 1)
  require(damaged == (page <= max(report.pageCount, 1) ? [page] : []), "damaged: \(damaged)")
  let start = Int(page - 1) * PageChecksum.pageSize
  var corrected = Array(files.database[start..<start + PageChecksum.pageSize])
  var whole = corrected
  whole[bit / 8 - start] ^= 1 << UInt8(bit % 8)
  let isCorrect = corrected.withUnsafeMutableBytes { PageChecksum.correct($0, number: page) }
  require(isCorrect, "one bit cannot be put right")
  require(
    corrected[..<PageChecksum.contentSize] == whole[..<PageChecksum.contentSize],
    "one bit is put wrong")
}

/// The walk finds what was committed, and where a frame is broken before a commit.
private func checkLog(_ input: DatabaseInput, _ files: DatabaseFiles, _ path: String) throws {
  let report = try LogVerifier.verify(path)
  require(
    report.newestFrames.values.allSatisfy { input.frames.indices.contains(Int($0)) },
    "a frame that is not there")
  guard input.frames.allSatisfy({ $0.kind == 0 && $0.page != 0 }) else { return }
  let end = input.frames.lastIndex { $0.committedPageCount != 0 }.map { $0 + 1 } ?? 0
  guard let bit = files.spoiltLogBit else {
    require(report.damage == nil, "a whole log is damaged: \(String(describing: report.damage))")
    require(
      report.committedPages == Set(input.frames[..<end].map { UInt32($0.page) }),
      "other pages than were committed")
    return
  }
  let frame = (bit / 8 - LogHeader.size) / LogFrame.size
  // Behind the last commit it is as after a crash.
  guard bit / 8 >= LogHeader.size, frame + 1 < end else { return }
  require(
    report.damage?.frame == Int64(frame), "a broken frame: \(String(describing: report.damage))")
}

private func checkRows(_ input: DatabaseInput, _ path: String) throws {
  let ids = try RowIDScan.ids(in: path)
  require(ids.allSatisfy { $0 > 0 }, "an id that no row has")
  require(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 }, "ids out of order")
  var tables: [String: LeafRows.Table] = [:]
  for (index, name) in DatabaseInput.tables.enumerated() {
    let columns = (0..<max(Int(input.columnCounts[index]), 2) - 1).map { "c\($0)" } + ["content"]
    tables[name] = LeafRows.Table(root: UInt32(input.roots[index]), columns: columns)
  }
  guard let leaves = try LeafRows(database: path, tables: tables) else { return }
  for name in DatabaseInput.tables {
    for id in ids.prefix(64) { _ = try leaves.rows(of: name, id) }
  }
}
