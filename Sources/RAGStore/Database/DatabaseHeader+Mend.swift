extension DatabaseHeader {
  /// Whether page 1 of a database is whole, or can be put right, but for what it counts.
  /// - Throws: ``RAGError`` `io`.
  static func isMendable(_ path: String) throws -> Bool {
    guard let file = try UncheckedFile(path) else { return false }
    return try withUnsafeTemporaryAllocation(byteCount: PageChecksum.pageSize, alignment: 8) {
      try file.read($0, at: 0) && mend($0, fileSize: file.size())
    }
  }

  /// Puts page 1 of a damaged database right, as far as is known how it was, and makes it count no
  /// more pages than there are, which SQLite would refuse to open.
  /// - Returns: whether all but the count is as it was written.
  static func mend(_ page: UnsafeMutableRawBufferPointer, fileSize: Int64) -> Bool {
    let size = Int64(PageChecksum.pageSize)
    let held = UInt32(clamping: (fileSize + size - 1) / size)
    if PageChecksum.correct(page, number: 1) {
      // Who writes right checksums may write anything.
      if hasLayout(UnsafeRawBufferPointer(page)) { restoreConstants(page) }
      if let count = pageCount(UnsafeRawBufferPointer(page)), count > held {
        page.store(held, at: 28)
      }
      return true
    }
    restoreConstants(page)
    if PageChecksum.correct(page, number: 1) { return mend(page, fileSize: fileSize) }
    setPageCount(held, in: page)
    return PageChecksum.correct(page, number: 1)
  }

  /// Writes the number of pages, and that it is the current one.
  static func setPageCount(_ count: UInt32, in page: UnsafeMutableRawBufferPointer) {
    page.store(count, at: 28)
    page.store(UnsafeRawBufferPointer(page).bigEndianWord(at: 92), at: 24)
  }

  /// Writes what the header of every index says, whatever is in it.
  private static func restoreConstants(_ page: UnsafeMutableRawBufferPointer) {
    let first: [UInt8] =
      Array("SQLite format 3\0".utf8) + [
        UInt8(PageChecksum.pageSize >> 8), 0,
        // The write-ahead log, to write and to read.
        2, 2,
        UInt8(PageChecksum.trailerSize),
        // Fractions of payload, which never change.
        64, 32, 32,
      ]
    page.copyBytes(from: first)
    let version = UnsafeRawBufferPointer(page).bigEndianWord(at: 60)
    let isKnown = (Schema.oldestVersion...Schema.formatVersion).contains(Int(version))
    let words: [(offset: Int, value: UInt32)] = [
      (44, 4),  // the format of the schema
      (48, 0),  // the size of the cache
      (56, 1),  // UTF-8
      (60, isKnown ? version : UInt32(Schema.formatVersion)),
      (64, 1),  // incremental vacuum
      (68, UInt32(Schema.applicationID)),
      // Reserved.
      (72, 0), (76, 0), (80, 0), (84, 0), (88, 0),
    ]
    for word in words { page.store(word.value, at: word.offset) }
  }
}

extension UnsafeMutableRawBufferPointer {
  fileprivate func store(_ word: UInt32, at offset: Int) {
    storeBytes(of: word.bigEndian, toByteOffset: offset, as: UInt32.self)
  }
}
