import RAGCore

/// What page 1 of a file says about it, read without opening the database.
///
/// Page 1 of the file always carries a right checksum, since only ``CheckedVFS`` writes it. While
/// a write-ahead log is beside the file, what page 1 says may be older than the database: an
/// application id and a version of zero are then still on their way.
package enum DatabaseHeader: Equatable, Sendable {
  /// Page 1 is whole and says that the file is an index.
  case index(applicationID: UInt32, userVersion: UInt32)
  /// The file was an index, as page 1 or the pages behind it say, but page 1 is not what was written.
  case damaged
  /// An index without checksums: of format 1, or of a damaged page 1.
  case unchecked
  /// A database of SQLite that is something else.
  case otherDatabase
  case notADatabase
  case empty
  case absent

  /// The bytes of SQLite's own header.
  static let size = 100

  /// Reads page 1 of the file at `path`, which connections may have open.
  /// - Throws: ``RAGError`` `io`, also where the device cannot read the page.
  package static func read(_ path: String, applicationID: UInt32) throws -> DatabaseHeader {
    guard let file = try UncheckedFile(path) else { return .absent }
    guard try file.size() > 0 else { return .empty }
    return try withUnsafeTemporaryAllocation(
      byteCount: PageChecksum.pageSize, alignment: 8
    ) { buffer in
      // Twice, because a checkpoint may be writing the page.
      for _ in 0..<2 {
        let isWhole = try file.read(buffer, at: 0)
        let page = UnsafeRawBufferPointer(buffer)
        guard isWhole, hasLayout(page), PageChecksum.matches(page, number: 1) else { continue }
        let found = page.bigEndianWord(at: 68)
        guard found == applicationID || found == 0 else { return .otherDatabase }
        return .index(applicationID: found, userVersion: page.bigEndianWord(at: 60))
      }
      if file.hasUnreadablePart { throw unreadablePart(path: path) }
      let isWhole = PageChecksum.matches(UnsafeRawBufferPointer(buffer), number: 1)
      _ = PageChecksum.correct(buffer, number: 1)
      let found = classify(UnsafeRawBufferPointer(buffer), applicationID: applicationID)
      guard !isWhole, [.unchecked, .otherDatabase].contains(found),
        try hasOurPages(file, through: buffer)
      else { return found }
      return .damaged
    }
  }

  /// Whether one of the pages behind page 1 has a right checksum, as nobody else's have.
  private static func hasOurPages(
    _ file: UncheckedFile, through page: UnsafeMutableRawBufferPointer
  ) throws -> Bool {
    try (2...3 as ClosedRange<UInt32>).contains { number in
      try file.read(page, at: Int64(number - 1) * Int64(page.count))
        && PageChecksum.matches(UnsafeRawBufferPointer(page), number: number)
    }
  }

  /// A page 1 without a right checksum.
  private static func classify(
    _ page: UnsafeRawBufferPointer, applicationID: UInt32
  ) -> DatabaseHeader {
    guard page.starts(with: "SQLite format 3\0".utf8) else {
      return page.bigEndianWord(at: 68) == applicationID ? .damaged : .notADatabase
    }
    if hasLayout(page) { return .damaged }
    return page.bigEndianWord(at: 68) == applicationID ? .unchecked : .otherDatabase
  }

  /// Whether page 1 has our page size and reserves the trailer.
  static func hasLayout(_ page: UnsafeRawBufferPointer) -> Bool {
    page[16] == PageChecksum.pageSize >> 8 && page[17] == 0 && page[20] == PageChecksum.trailerSize
  }

  /// The pages of the database, nil where page 1 does not say it.
  static func pageCount(_ page: UnsafeRawBufferPointer) -> UInt32? {
    let isCurrent = page.bigEndianWord(at: 24) == page.bigEndianWord(at: 92)
    return isCurrent ? page.bigEndianWord(at: 28) : nil
  }
}
