import RAGCore

/// Whether a log continues the database that it lies beside.
///
/// SQLite plays any whole log back into any database, page by page. After one of the two was put
/// back from a copy, that mixes two states, and no checksum tells. But each commit raises the
/// revision by one, and writes it on the root page of the table `setting`: the first commit of a
/// log follows the database's own, or one that a checkpoint already wrote back into it.
enum LogOrigin {
  static let problem =
    "the log rag.sqlite-wal does not continue the database rag.sqlite beside it: one of them was put "
    + "back from a copy; put the whole copy in the place of the directory, or let 'rag repair' go on "
    + "without the log"

  /// Whether the log of a database was written after another state of it. Needs no lock.
  ///
  /// - Returns: false also where the database or the log does not tell.
  /// - Throws: ``RAGError`` `io`.
  /// - Complexity: O(frames of the log).
  static func isForeign(to database: String) throws -> Bool {
    guard let file = try UncheckedFile(database),
      let log = try UncheckedFile(database, isLog: true)
    else { return false }
    // A writer may be at work: it writes a commit back before it begins a log behind it.
    for _ in 0..<8 {
      guard let revision = try revision(in: file), let logged = try revisions(in: log) else {
        return false
      }
      if logged.lowerBound - 1...logged.upperBound ~= revision { return false }
      if try self.revision(in: file) == revision { return true }
    }
    return false
  }

  /// The root page of `setting`, the first table that ``Schema/tables`` makes; page 2 is SQLite's.
  private static let settingPage: UInt32 = 3

  private static func revision(in file: UncheckedFile) throws -> Int64? {
    try withUnsafeTemporaryAllocation(byteCount: PageChecksum.pageSize, alignment: 8) { page in
      let offset = Int64(settingPage - 1) * Int64(PageChecksum.pageSize)
      guard try file.read(page, at: offset),
        PageChecksum.matches(UnsafeRawBufferPointer(page), number: settingPage)
      else { return nil }
      return revision(on: UnsafeRawBufferPointer(page))
    }
  }

  /// The lowest and the highest revision in a log.
  private static func revisions(in log: UncheckedFile) throws -> ClosedRange<Int64>? {
    try withUnsafeTemporaryAllocation(byteCount: LogFrame.size, alignment: 8) { buffer in
      let start = UnsafeMutableRawBufferPointer(rebasing: buffer[..<LogHeader.size])
      guard try log.read(start, at: 0) else { return nil }
      let header = LogHeader(UnsafeRawBufferPointer(start))
      guard header.isValid else { return nil }
      let frameHeader = UnsafeMutableRawBufferPointer(rebasing: buffer[..<LogFrame.headerSize])
      let page = UnsafeRawBufferPointer(rebasing: buffer[LogFrame.headerSize...])
      var range: ClosedRange<Int64>?
      for index in Int64(0)... {
        guard try log.read(frameHeader, at: LogFrame.offset(of: index)) else { break }
        let frame = LogFrame(UnsafeRawBufferPointer(frameHeader))
        // What follows is left from before.
        guard frame.salts == header.salts else { break }
        guard frame.page == settingPage, try log.read(buffer, at: LogFrame.offset(of: index)),
          let revision = revision(on: page)
        else { continue }
        range = min(revision, range?.lowerBound ?? revision)...max(revision, range?.upperBound ?? 0)
      }
      return range
    }
  }

  /// The row `revision` on a leaf of the table, whose rows are records of name and value.
  private static func revision(on page: UnsafeRawBufferPointer) -> Int64? {
    guard page[0] == 0x0A else { return nil }
    let name = Array("revision".utf8)
    for cell in 0..<page.cellCount {
      guard var offset = page.cellOffset(cell), page.variableInteger(at: &offset) != nil else {
        return nil
      }
      let start = offset
      guard let headerSize = page.variableInteger(at: &offset), 3...100 ~= headerSize,
        let nameType = page.variableInteger(at: &offset),
        let valueType = page.variableInteger(at: &offset)
      else { return nil }
      let value = start + Int(headerSize) + name.count
      guard nameType == 13 + 2 * Int64(name.count), value <= PageChecksum.contentSize,
        page[(value - name.count)..<value].elementsEqual(name)
      else { continue }
      return page.integer(ofType: valueType, at: value)
    }
    return nil
  }
}

extension UnsafeRawBufferPointer {
  /// An integer of one of SQLite's serial types; nil for another, or at the end of the page.
  fileprivate func integer(ofType type: Int64, at offset: Int) -> Int64? {
    let sizes: [Int64: Int] = [1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0]
    guard let size = sizes[type], offset + size <= PageChecksum.contentSize else { return nil }
    if size == 0 { return type - 8 }
    // The first byte has the sign.
    return self[offset..<(offset + size)].dropFirst().reduce(
      Int64(Int8(bitPattern: self[offset]))
    ) { $0 << 8 | Int64($1) }
  }
}
