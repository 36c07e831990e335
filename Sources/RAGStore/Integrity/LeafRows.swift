import Foundation
import GRDB
import RAGCore

/// Rows as they stand on the leaves of tables, for those that a damaged page keeps from being
/// looked up: where the root of a table is gone, its rows are all there.
///
/// Reference: "Database File Format", sections 1.6, 2.1 and 1.8, sqlite.org/fileformat2.html.
final class LeafRows {
  /// A cell of a leaf.
  private struct Place {
    var page: UInt32
    var offset: Int
  }

  private static let size = PageChecksum.contentSize

  private let file: UncheckedFile
  private let pageCount: UInt32
  /// By the root page of the table and the id; nil until a row is asked for.
  private var places: [UInt32: [Int64: [Place]]]?
  private let tables: [String: Table]

  /// A table of the database.
  struct Table {
    /// The page that its tree begins with, as the schema says.
    var root: UInt32
    /// The columns in the order of its records, the one of the row's id first.
    var columns: [String]
  }

  /// Opens a database, whose log is not looked at.
  /// - Throws: ``RAGError`` `io`.
  init?(database: String, tables: [String: Table]) throws {
    guard let file = try UncheckedFile(database) else { return nil }
    self.file = file
    self.tables = tables
    pageCount = try UInt32(clamping: file.size() / Int64(PageChecksum.pageSize))
  }

  /// Where the rows of all tables stand.
  /// - Complexity: O(bytes of the database), once.
  private func found() throws -> [UInt32: [Int64: [Place]]] {
    if let places { return places }
    var places: [UInt32: [Int64: [Place]]] = [:]
    for number in stride(from: UInt32(2), through: pageCount, by: 1) {
      try Cancellation.check()
      guard let root = try root(ofTreeOf: number) else { continue }
      try withPage(number) { page in
        guard page[0] == 0x0D else { return }
        for cell in 0..<page.cellCount {
          guard let start = page.cellOffset(cell) else { return }
          var offset = start
          guard page.variableInteger(at: &offset) != nil,
            let id = page.variableInteger(at: &offset), id > 0
          else { continue }
          places[root, default: [:]][id, default: []].append(Place(page: number, offset: start))
        }
      }
    }
    self.places = places
    return places
  }

  /// Whether a table has anything that may be a row.
  /// - Throws: ``RAGError``: `io`, `cancelled`.
  func hasRows(of table: String) throws -> Bool {
    try tables[table].map { try found()[$0.root]?.isEmpty == false } ?? false
  }

  /// What may be the row of an id: its checksum tells.
  /// - Throws: ``RAGError``: `io`, `cancelled`.
  func rows(of table: String, _ id: Int64) throws -> [Row] {
    guard let (root, names) = tables[table].map({ ($0.root, $0.columns) }) else { return [] }
    return try (found()[root]?[id] ?? []).flatMap { place -> [Row] in
      guard let payload = try payload(at: place), var values = RowRecord(payload).values else {
        return []
      }
      // A column that came later stands last in databases that are older, and not at all in rows
      // that are older.
      if table == "document", values.count == names.count - 1 { values.append(.null) }
      guard values.count == names.count else { return [] }
      let orders = [names, names.filter { $0 != "content" } + ["content"]]
      return (table == "document" ? orders : [names]).map { names in
        var fields: [String: (any DatabaseValueConvertible)?] = [:]
        for (name, value) in zip(names, values) { fields[name] = value }
        fields[names[0]] = id
        return Row(fields)
      }
    }
  }

  // MARK: Pages

  private func withPage<Result>(
    _ number: UInt32, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result? {
    try withUnsafeTemporaryAllocation(byteCount: PageChecksum.pageSize, alignment: 8) { page in
      guard number >= 1, number <= pageCount,
        try file.read(page, at: Int64(number - 1) * Int64(page.count))
      else { return nil }
      _ = PageChecksum.correct(page, number: number)
      return try body(UnsafeRawBufferPointer(page))
    }
  }

  /// The page that the tree of a page begins with, as the map of pages says: the trees of two tables
  /// may have rows of the same form, and a page that nothing uses rows that were removed.
  private func root(ofTreeOf number: UInt32) throws -> UInt32? {
    var number = number
    // Deeper than any tree.
    for _ in 0..<32 {
      let perMap = UInt32(Self.size / 5 + 1)
      guard number > 2 else { return nil }
      let map = (number - 2) / perMap * perMap + 2
      guard map < number else { return nil }
      let offset = 5 * Int(number - map - 1)
      let entry = try withPage(map) { page -> (kind: UInt8, parent: UInt32) in
        (
          page[offset],
          UInt32(bigEndian: page.loadUnaligned(fromByteOffset: offset + 1, as: UInt32.self))
        )
      }
      // 1: a root; 5: another page of a tree, below this parent.
      switch entry?.kind {
      case 1: return number
      case 5: number = entry?.parent ?? 0
      default: return nil
      }
    }
    return nil
  }

  /// All bytes of a row, those on pages of overflow too; nil where one is not there.
  private func payload(at place: Place) throws -> [UInt8]? {
    guard var part = try localPart(at: place) else { return nil }
    while part.bytes.count < part.count {
      try Cancellation.check()
      let end = min(Self.size, 4 + part.count - part.bytes.count)
      let more = try withPage(part.next) { ($0.bigEndianWord(at: 0), Array($0[4..<end])) }
      guard let (next, bytes) = more else { return nil }
      part.next = next
      part.bytes += bytes
    }
    return part.bytes
  }

  /// What of a row is on its leaf, the page that it goes on with, and its length.
  private func localPart(at place: Place) throws -> (bytes: [UInt8], next: UInt32, count: Int)? {
    try withPage(place.page) { page in
      guard let row = page.row(at: place.offset),
        row.length <= Int64(pageCount) * Int64(Self.size)
      else { return nil }
      let goesOn = row.end > row.part.upperBound
      return (
        Array(page[row.part]), goesOn ? page.bigEndianWord(at: row.part.upperBound) : 0,
        Int(row.length)
      )
    } ?? nil
  }
}

/// Reads a record: types, then values.
private struct RowRecord {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The values; nil where they do not fit into the record.
  var values: [DatabaseValue]? {
    var offset = 0
    guard let headerSize = integer(at: &offset), headerSize <= bytes.count else { return nil }
    var types: [Int] = []
    while offset < headerSize {
      guard let type = integer(at: &offset) else { return nil }
      types.append(type)
    }
    offset = headerSize
    var values: [DatabaseValue] = []
    for type in types {
      let sizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]
      let size = type < sizes.count ? sizes[type] : type < 12 ? 0 : (type - 12) / 2
      guard size <= bytes.count - offset else { return nil }
      let part = bytes[offset..<offset + size]
      offset += size
      values.append(Self.value(part, ofType: type))
    }
    return values
  }

  private static func value(_ bytes: ArraySlice<UInt8>, ofType type: Int) -> DatabaseValue {
    switch type {
    case 1...6:
      let first = Int64(Int8(bitPattern: bytes[bytes.startIndex]))
      return bytes.dropFirst().reduce(first) { $0 << 8 | Int64($1) }.databaseValue
    case 7:
      return Double(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) }).databaseValue
    case 8, 9: return (type - 8).databaseValue
    case 12...:
      return type % 2 == 0
        ? Data(bytes).databaseValue : String(decoding: bytes, as: UTF8.self).databaseValue
    default: return .null
    }
  }

  /// A number of 1 to 9 bytes that is not below 0; nil for another.
  private func integer(at offset: inout Int) -> Int? {
    var value: UInt64 = 0
    for count in 1...9 {
      guard offset < bytes.count else { return nil }
      let byte = UInt64(bytes[offset])
      offset += 1
      value = count == 9 ? value << 8 | byte : value << 7 | byte & 0x7F
      if count == 9 || byte < 0x80 {
        return Int(exactly: Int64(bitPattern: value)).flatMap { $0 < 0 ? nil : $0 }
      }
    }
    return nil
  }
}
