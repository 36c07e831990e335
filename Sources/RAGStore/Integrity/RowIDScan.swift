import RAGCore

/// Finds the ids of all rows that the pages of a database and of its log hold, of whatever table.
///
/// So no more ids are looked up than there are rows, whatever is said of the highest.
enum RowIDScan {
  /// - Returns: the ids above 0, ascending.
  /// - Throws: ``RAGError`` `io`, `cancelled`.
  static func ids(in database: String) throws -> [Int64] {
    var ids: [Int64] = []
    try withUnsafeTemporaryAllocation(byteCount: PageChecksum.pageSize, alignment: 8) { page in
      if let file = try UncheckedFile(database) {
        let count = try file.size() / Int64(page.count)
        for index in 0..<count {
          try Cancellation.check()
          guard try file.read(page, at: index * Int64(page.count)) else { break }
          _ = PageChecksum.correct(page, number: UInt32(clamping: index + 1))
          add(UnsafeRawBufferPointer(page), to: &ids)
        }
      }
      if let log = try UncheckedFile(database, isLog: true) {
        var index: Int64 = 0
        while try log.read(page, at: LogFrame.offset(of: index) + Int64(LogFrame.headerSize)) {
          try Cancellation.check()
          add(UnsafeRawBufferPointer(page), to: &ids)
          index += 1
        }
      }
    }
    ids.sort()
    var last: Int64 = 0
    ids.removeAll { id in
      defer { last = max(last, id) }
      return id <= last
    }
    return ids
  }

  /// Adds the ids on a page, if it is a leaf of a table, as far as its cells make sense.
  ///
  /// Reference: "Database File Format", section 1.6, sqlite.org/fileformat2.html. Page 1 is of the
  /// schema, which has no rows of ours.
  private static func add(_ page: UnsafeRawBufferPointer, to ids: inout [Int64]) {
    guard page[0] == 0x0D else { return }
    for cell in 0..<Int(page.bigEndianHalf(at: 3)) {
      let pointer = 8 + cell * 2
      guard pointer + 2 <= PageChecksum.contentSize else { return }
      var offset = Int(page.bigEndianHalf(at: pointer))
      guard page.variableInteger(at: &offset) != nil,
        let id = page.variableInteger(at: &offset), id > 0
      else { continue }
      ids.append(id)
    }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func bigEndianHalf(at offset: Int) -> UInt16 {
    UInt16(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// One of SQLite's integers of 1 to 9 bytes, and moves on behind it; nil at the end of the page.
  fileprivate func variableInteger(at offset: inout Int) -> Int64? {
    var value: UInt64 = 0
    for count in 1...9 {
      guard offset < PageChecksum.contentSize else { return nil }
      let byte = UInt64(self[offset])
      offset += 1
      if count == 9 { return Int64(bitPattern: value << 8 | byte) }
      value = value << 7 | byte & 0x7F
      if byte < 0x80 { return Int64(bitPattern: value) }
    }
    return nil
  }
}
