import RAGCore

/// What a check of every page of a database found.
package struct PageReport: Sendable, Equatable {
  /// The pages that the file should have.
  package var pageCount: UInt32 = 0
  /// Pages that do not match their checksum, or are missing: their content is lost.
  package var damagedPages: [UInt32] = []
  /// As `damagedPages`, but the log holds them: the next checkpoint writes them anew. A checkpoint
  /// that was cut off by a power failure leaves such.
  package var pagesHeldByLog: [UInt32] = []
  package var logDamage: LogReport.Damage?
  /// Bytes behind the last page.
  package var surplusByteCount: Int64 = 0

  package var isSound: Bool {
    damagedPages.isEmpty && logDamage == nil && surplusByteCount == 0
  }
}

extension CheckedVFS {
  /// Checks each page of the database at `path` and the frames of its log, as they stand on disk.
  ///
  /// Connections may be at work: what seems damaged is read again before it is reported. While the
  /// log holds anything, pages behind the last that page 1 counts are free to hold anything.
  /// - Parameters:
  ///   - path: the database file.
  ///   - progress: called now and then with the pages read and their count; may throw to stop.
  /// - Returns: what is damaged.
  /// - Throws: ``RAGError`` `notFound` or `io`, and what `progress` throws.
  package static func verifyPages(
    path: String, progress: (_ done: UInt32, _ count: UInt32) throws -> Void = { _, _ in }
  ) throws -> PageReport {
    guard let file = try UncheckedFile(path) else {
      throw RAGError(.notFound, "there is no database here", path: path)
    }
    var report = PageReport()
    return try withUnsafeTemporaryAllocation(
      byteCount: PageChecksum.pageSize, alignment: 8
    ) { page in
      func isSound(_ number: UInt32) throws -> Bool {
        // The page at one GiB holds SQLite's locks and is never written.
        if number == lockPage { return true }
        return try file.read(page, at: Int64(number - 1) * Int64(page.count))
          && PageChecksum.matches(UnsafeRawBufferPointer(page), number: number)
      }
      func pageCount() throws -> UInt32 {
        if try isSound(1), let count = DatabaseHeader.pageCount(UnsafeRawBufferPointer(page)) {
          return count
        }
        let size = Int64(page.count)
        return try UInt32(clamping: (file.size() + size - 1) / size)
      }
      func surplus() throws -> Int64 {
        let size = try file.size()
        guard try isSound(1),
          let count = DatabaseHeader.pageCount(UnsafeRawBufferPointer(page))
        else { return 0 }
        return max(0, size - Int64(count) * Int64(page.count))
      }
      let size = Int64(page.count)
      let (count, stored) = try (pageCount(), UInt32(clamping: (file.size() + size - 1) / size))
      // Of pages that are missing the first tell enough, whatever is said of how many there are.
      var suspects =
        stored < count ? Array(stored + 1...min(count, UInt32(clamping: Int64(stored) + 100))) : []
      for number in 1...max(min(count, stored), 1) {
        if try !isSound(number) { suspects.append(number) }
        if number % 1_024 == 0 || number == count { try progress(number, count) }
      }
      let log = try LogVerifier.verify(path)
      report.logDamage = log.damage
      // The database may have shrunk meanwhile; or a checkpoint was cut off that had cut the file
      // short, and had not yet written what page 1 says of it.
      report.pageCount =
        suspects.isEmpty ? count : try min(count, pageCount(), log.pageCount ?? .max)
      for number in suspects where try number <= max(report.pageCount, 1) && !isSound(number) {
        if log.committedPages.contains(number) {
          report.pagesHeldByLog.append(number)
        } else {
          report.damagedPages.append(number)
        }
      }
      let behind = log.pageCount == nil ? try surplus() : 0
      // A checkpoint cuts the file before the log is emptied.
      if behind > 0, try LogVerifier.verify(path).pageCount == nil, try surplus() == behind {
        report.surplusByteCount = behind
      }
      return report
    }
  }

  /// 0x40000000, where SQLite locks, lies on this page.
  private static let lockPage = PageChecksum.number(at: 0x4000_0000)
}
