import CSQLite

/// Pages of the write-ahead log.
extension UnsafeMutablePointer where Pointee == sqlite3_file {
  /// Reads and, when it is the page of a frame, holds it against the frame's own checksum.
  ///
  /// SQLite checks frames only at recovery. Frames that this connection wrote since its last sync
  /// are left out: within a transaction SQLite overwrites the page of a frame in place, and puts
  /// the checksums from there on right only when it commits.
  func readLog(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> CInt {
    let result = readInner(buffer, at: offset)
    guard result == SQLITE_OK, buffer.count == PageChecksum.pageSize,
      let index = LogFrame.index(ofPageAt: offset), offset < fields.pointee.unsyncedOffset
    else { return result }
    return withUnsafeTemporaryAllocation(
      byteCount: LogHeader.size + LogFrame.headerSize + LogChecksum.size, alignment: 8
    ) { scratch in
      let (header, rest) = scratch.split(at: LogHeader.size)
      let (frame, previous) = rest.split(at: LogFrame.headerSize)
      var result = readInner(header, at: 0)
      if result == SQLITE_OK { result = readInner(frame, at: LogFrame.offset(of: index)) }
      // The checksum before is the last field of the header before.
      if result == SQLITE_OK, index > 0 {
        result = readInner(
          previous, at: LogFrame.offset(of: index - 1) + Int64(LogFrame.headerSize - previous.count)
        )
      }
      guard result == SQLITE_OK else { return result }
      let log = LogHeader(UnsafeRawBufferPointer(header))
      let before =
        index > 0 ? LogChecksum(stored: UnsafeRawBufferPointer(previous)) : log.checksum
      let own = LogFrame(UnsafeRawBufferPointer(frame))
      let computed = before.extended(
        byHeader: UnsafeRawBufferPointer(frame), page: UnsafeRawBufferPointer(buffer),
        wordsAreBigEndian: log.wordsAreBigEndian)
      guard own.salts == log.salts, own.checksum == computed else {
        fail(page: own.page, isInLog: true)
        return sqliteDamagedPage
      }
      return SQLITE_OK
    }
  }
}

extension UnsafeMutablePointer where Pointee == sqlite3_file {
  /// Ends the checkpoint of the log's database as one that failed: SQLite tells it of its end, and
  /// not of how it ended.
  func dropWriteBack() {
    guard let name = fields.pointee.name,
      let database = sqlite3_database_file_object(name)
    else { return }
    database.fields.pointee.writeBack.drop()
  }
}

extension UnsafeMutableRawBufferPointer {
  fileprivate func split(at count: Int) -> (Self, Self) {
    (Self(rebasing: self[..<count]), Self(rebasing: self[count...]))
  }
}
