import CSQLite
import Foundation
import RAGCore

/// Pages of the database file.
extension UnsafeMutablePointer where Pointee == sqlite3_file {
  /// Reads and verifies.
  ///
  /// SQLite reads whole pages, but for the header at the start of page 1: that it reads before it
  /// holds a lock, only to learn the page size, and takes its word for nothing else until it has
  /// read the page. A page cut short is damage too: SQLite would take what is missing for zeros.
  func readDatabase(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> CInt {
    let pageSize = Int64(PageChecksum.pageSize)
    if offset + Int64(buffer.count) <= DatabaseHeader.size, !vfs.mends {
      return readInner(buffer, at: offset)
    }
    let within = Int(offset % pageSize)
    guard within + buffer.count <= PageChecksum.pageSize else { return sqliteDamagedPage }
    if buffer.count == PageChecksum.pageSize { return readPage(buffer, at: offset) }
    return withUnsafeTemporaryAllocation(
      byteCount: PageChecksum.pageSize, alignment: 8
    ) { page in
      let result = readPage(page, at: offset - Int64(within))
      if result == SQLITE_OK {
        buffer.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: page[within..<(within + buffer.count)]))
      }
      return result
    }
  }

  /// Reads what there is, and puts right what can be.
  func salvageDatabase(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> CInt {
    let within = Int(offset % Int64(PageChecksum.pageSize))
    guard within + buffer.count <= PageChecksum.pageSize else {
      return readInner(buffer, at: offset)
    }
    return withUnsafeTemporaryAllocation(
      byteCount: PageChecksum.pageSize, alignment: 8
    ) { page in
      let result = readInner(page, at: offset - Int64(within))
      guard result == SQLITE_OK else { return readInner(buffer, at: offset) }
      if mend(page, at: offset) { fields.pointee.hasTrailers = true }
      buffer.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: page[within..<(within + buffer.count)]))
      return SQLITE_OK
    }
  }

  /// Puts a page right, if it can be.
  private func mend(_ page: UnsafeMutableRawBufferPointer, at offset: Int64) -> Bool {
    let number = PageChecksum.number(at: offset)
    var size: sqlite3_int64 = 0
    guard number == 1, inner.methods.xFileSize(inner, &size) == SQLITE_OK else {
      return PageChecksum.correct(page, number: number)
    }
    return DatabaseHeader.mend(page, fileSize: size)
  }

  private func readPage(_ page: UnsafeMutableRawBufferPointer, at offset: Int64) -> CInt {
    let result = readInner(page, at: offset)
    guard result == SQLITE_OK || result == sqliteShortRead else { return result }
    let number = PageChecksum.number(at: offset)
    let isWhole =
      result == SQLITE_OK
      && (vfs.mends
        ? mend(page, at: offset)
        : PageChecksum.matches(UnsafeRawBufferPointer(page), number: number))
    guard isWhole else {
      fail(page: number, isInLog: false)
      return sqliteDamagedPage
    }
    // The trailer could not match if the last bytes of the page were content.
    fields.pointee.hasTrailers = true
    return SQLITE_OK
  }

  /// Seals a copy of the page, since SQLite goes on using its own, and writes that.
  ///
  /// A page of another size, or of a database that does not reserve the trailer, is refused: the
  /// trailer would overwrite content.
  func writeDatabase(_ page: UnsafeRawBufferPointer, at offset: Int64) -> CInt {
    guard page.count == PageChecksum.pageSize, offset % Int64(PageChecksum.pageSize) == 0,
      reservesTrailers(writing: page, at: offset), !fields.pointee.writeBack.isBroken
    else { return sqliteWriteFailed }
    if fields.pointee.writeBack.isBrokenOff { return SQLITE_INTERRUPT }
    return withUnsafeTemporaryAllocation(
      byteCount: PageChecksum.pageSize, alignment: 8
    ) { copy in
      copy.copyMemory(from: page)
      PageChecksum.seal(copy, number: PageChecksum.number(at: offset))
      if fields.pointee.writeBack.holds(UnsafeRawBufferPointer(copy), at: offset) {
        return SQLITE_OK
      }
      let result = writeInner(copy.baseAddress, copy.count, at: offset)
      fields.pointee.writeBack.note(result)
      return result
    }
  }

  private func reservesTrailers(writing page: UnsafeRawBufferPointer, at offset: Int64) -> Bool {
    if offset == 0 {
      let isOurs = DatabaseHeader.hasLayout(page)
      fields.pointee.hasTrailers = isOurs
      return isOurs
    }
    if fields.pointee.hasTrailers { return true }
    return withUnsafeTemporaryAllocation(byteCount: DatabaseHeader.size, alignment: 8) { header in
      switch readInner(header, at: 0) {
      case SQLITE_OK: DatabaseHeader.hasLayout(UnsafeRawBufferPointer(header))
      // A new file may spill other pages before page 1, whose write then decides.
      case sqliteShortRead: header.allSatisfy { $0 == 0 }
      default: false
      }
    }
  }

  func readInner(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> CInt {
    let read = { [inner] in
      inner.methods.xRead(inner, buffer.baseAddress, CInt(buffer.count), offset)
    }
    // What a repair cannot read is lost.
    return readResult(vfs.verifies && !vfs.mends ? read() : readTwice(read))
  }

  /// Writes, and syncs now and then, so that no sync is long.
  func writeInner(_ buffer: UnsafeRawPointer?, _ count: Int, at offset: Int64) -> CInt {
    let result = tellingLackOfRoom { inner.methods.xWrite(inner, buffer, CInt(count), offset) }
    guard result == SQLITE_OK, fields.pointee.kind != .other else { return result }
    fields.pointee.unsyncedByteCount += count
    guard fields.pointee.unsyncedByteCount >= SystemCalls.unsyncedByteLimit else { return result }
    return syncInner(SQLITE_SYNC_NORMAL)
  }

  func syncInner(_ flags: CInt) -> CInt {
    fields.pointee.unsyncedByteCount = 0
    return tellingLackOfRoom { inner.methods.xSync(inner, flags) }
  }

  func fail(page: UInt32, isInLog: Bool) {
    var database = fields.pointee.name.map { String(cString: $0) } ?? ""
    if isInLog { database = String(database.dropLast("-wal".count)) }
    vfs.record(CheckedVFS.Failure(database: database, page: page, isInLog: isInLog))
  }
}
