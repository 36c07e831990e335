/// How full the leaves of tables are, by a sample.
///
/// Rows are removed here and there, and new ones come at the end: leaves are left with room that no
/// list of free pages shows, up to two thirds of each.
enum PageFill {
  /// A run of neighbours tells how their rows would be packed; pages far apart are not neighbours of
  /// what stands between them.
  private static let (runCount, runLength) = (16, 16)

  /// The share of the leaves that would be free if rows were packed anew, from 0 to 1, rather too small
  /// than too large; 0 for databases of no more than 256 pages. The log is not looked at.
  /// - Complexity: reads 256 pages.
  /// - Throws: ``RAGError`` `io`.
  static func spareShare(of database: String) throws -> Double {
    guard let file = try UncheckedFile(database) else { return 0 }
    let size = Int64(PageChecksum.pageSize)
    let pageCount = Int(try file.size() / size)
    guard pageCount > runCount * runLength else { return 0 }
    var tables: [Int: Packing] = [:]
    try withUnsafeTemporaryAllocation(byteCount: PageChecksum.pageSize, alignment: 8) { page in
      for run in 0..<runCount {
        for columns in tables.keys { tables[columns]?.room = 0 }
        let first = run * (pageCount - runLength) / runCount + 1
        for number in first..<first + runLength {
          guard try file.read(page, at: Int64(number) * size), page[0] == 0x0D else { continue }
          add(UnsafeRawBufferPointer(page), to: &tables)
        }
      }
    }
    let leafCount = tables.values.reduce(0) { $0 + $1.leafCount }
    let packedCount = tables.values.reduce(0) { $0 + $1.packedCount }
    return leafCount > 0 ? max(0, 1 - Double(packedCount) / Double(leafCount)) : 0
  }

  /// The leaves of one table, and how many its rows would take one behind the other.
  private struct Packing {
    var leafCount = 0
    var packedCount = 0
    var room = 0
  }

  /// Rows of one table have as many columns as each other.
  private static func add(_ page: UnsafeRawBufferPointer, to tables: inout [Int: Packing]) {
    let offsets = (0..<page.cellCount).compactMap(page.cellOffset)
    guard let first = offsets.first, let columns = columnCount(ofRowAt: first, on: page) else {
      return
    }
    var packing = tables[columns] ?? Packing()
    packing.leafCount += 1
    for offset in offsets {
      guard let row = page.row(at: offset) else { return }
      // With its place in the list of cells.
      let size = row.end - offset + 2
      if size > packing.room {
        packing.packedCount += 1
        packing.room = PageChecksum.contentSize - 8
      }
      packing.room -= size
    }
    tables[columns] = packing
  }

  private static func columnCount(ofRowAt offset: Int, on page: UnsafeRawBufferPointer) -> Int? {
    guard let part = page.row(at: offset)?.part else { return nil }
    var place = part.lowerBound
    guard let headerSize = page.variableInteger(at: &place) else { return nil }
    var count = 0
    while place - part.lowerBound < headerSize {
      guard page.variableInteger(at: &place) != nil else { return nil }
      count += 1
    }
    return count
  }
}
