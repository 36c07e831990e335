import RAGCore

/// Copies of a damaged database without its log, of which more may be saved than SQLite would find.
enum DatabaseCopy {
  /// What of the log goes into a copy.
  enum Log {
    /// The newest whole version of each page, whatever is broken before it.
    case wholeFrames
    /// These, and what there is of a last commit whose end is broken.
    case allFrames
    case nothing
  }

  /// Writes a copy, with a first page of another database in the place of its own, if one is given.
  /// - Throws: ``RAGError``: `diskFull`, `readOnly`, `io`, `cancelled`.
  /// - Complexity: O(bytes of database and log).
  static func write(
    of database: String, with part: Log, firstPage: [UInt8]? = nil, to path: String
  ) throws {
    guard let file = try UncheckedFile(database) else {
      throw RAGError(.notFound, "there is no database here", path: database)
    }
    var report = try part == .nothing ? LogReport() : LogVerifier.verify(database)
    if part == .allFrames {
      report.newestFrames.merge(report.unfinishedFrames) { $1 }
      // How many pages that commit left stands in what is broken.
      let highest = report.unfinishedFrames.keys.max() ?? 0
      report.newestPageCount = report.newestPageCount.map { max($0, highest) } ?? highest
    }
    let log = report.newestFrames.isEmpty ? nil : try UncheckedFile(database, isLog: true)
    let size = Int64(PageChecksum.pageSize)
    let stored = try UInt32(clamping: (file.size() + size - 1) / size)
    // No more than there are, whatever the log says.
    let most = stored.addingReportingOverflow(UInt32(clamping: report.newestFrames.count))
    let count = min(report.newestPageCount ?? stored, most.overflow ? .max : most.partialValue)
    var copy = try AtomicFile(path: path)
    try withUnsafeTemporaryAllocation(byteCount: PageChecksum.pageSize, alignment: 8) { page in
      for number in 1...max(count, 1) {
        try Cancellation.check()
        let offset = Int64(number - 1) * size
        var isWhole = false
        if let log, let frame = report.newestFrames[number],
          try log.read(page, at: LogFrame.offset(of: frame) + Int64(LogFrame.headerSize))
        {
          PageChecksum.seal(page, number: number)
          isWhole = true
        } else if number == 1, let firstPage {
          page.copyBytes(from: firstPage)
          isWhole = true
        } else if try file.read(page, at: offset) {
          isWhole = PageChecksum.matches(UnsafeRawBufferPointer(page), number: number)
        }
        // It may be older than the pages that the log brings.
        if number == 1, isWhole, firstPage != nil || report.newestPageCount != nil {
          DatabaseHeader.setPageCount(count, in: page)
          PageChecksum.seal(page, number: number)
        }
        try copy.write(UnsafeRawBufferPointer(page), at: Int(offset))
      }
    }
    try copy.commit()
  }
}
