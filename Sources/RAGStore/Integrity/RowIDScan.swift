import RAGCore

/// Finds the ids of all rows that the pages of a database and of its log hold, of whatever table.
///
/// So no more ids are looked up than there are rows, whatever is said of the highest.
enum RowIDScan {
  /// - Returns: the ids that a row may have, ascending.
  /// - Throws: ``RAGError`` `io`, `cancelled`.
  static func ids(in database: String) throws -> [Int64] {
    var ids: [Int64] = []
    try withUnsafeTemporaryAllocation(byteCount: PageChecksum.pageSize, alignment: 8) { page in
      if let file = try UncheckedFile(database) {
        let count = try file.size() / Int64(page.count)
        for index in 0..<count {
          try Cancellation.check()
          guard try file.read(page, at: index * Int64(page.count)) else { continue }
          _ = PageChecksum.correct(page, number: UInt32(clamping: index + 1))
          add(UnsafeRawBufferPointer(page), to: &ids)
        }
      }
      if let log = try UncheckedFile(database, isLog: true) {
        for index in 0..<LogFrame.count(in: try log.size()) {
          try Cancellation.check()
          if try log.read(page, at: LogFrame.offset(of: index) + Int64(LogFrame.headerSize)) {
            add(UnsafeRawBufferPointer(page), to: &ids)
          }
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

  /// Adds the ids on a page, if it is a leaf of a table, as far as its cells make sense. Page 1 is
  /// of the schema, which has no rows of ours.
  private static func add(_ page: UnsafeRawBufferPointer, to ids: inout [Int64]) {
    guard page[0] == 0x0D else { return }
    for cell in 0..<page.cellCount {
      guard var offset = page.cellOffset(cell) else { return }
      guard page.variableInteger(at: &offset) != nil,
        let id = page.variableInteger(at: &offset), IndexSettings.ids ~= id
      else { continue }
      ids.append(id)
    }
  }
}
