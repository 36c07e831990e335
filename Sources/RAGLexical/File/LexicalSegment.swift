import RAGCore

/// The bytes of a lexical file, mapped or in memory, for reading by any number of threads.
///
/// Every range is held against its section before it is read, and in a mapped file against its
/// checksums.
///
/// `@unchecked Sendable`: the bytes never change and live as long as `owner`.
final class LexicalSegment: @unchecked Sendable {
  let header: LexicalFileHeader
  let layout: LexicalFileHeader.Layout
  let stamp: FileStamp
  let path: String?
  private let owner: AnyObject
  private let start: UnsafeRawPointer
  private let checks: BlockChecks?
  /// What the prefixes looked for last hold: a search asks for them more than once.
  let prefixes = Locked<[(bytes: [UInt8], postings: PostingList)]>([])

  /// Opens a mapped file; `file.bytes` is not trusted.
  convenience init(_ file: MappedFile) throws {
    let (header, layout, stamp) = try LexicalFileHeader.read(file.bytes, path: file.path)
    let checks = try BlockChecks(
      file.bytes, of: LexicalFileHeader.kind, table: layout.blockTable,
      tableChecksum: header.tableChecksum, path: file.path)
    try self.init(
      file.bytes, header: header, layout: layout, stamp: stamp, owner: file, checks: checks,
      path: file.path)
  }

  /// Takes what was written just now.
  convenience init(_ memory: MemoryOutput) throws {
    let bytes = UnsafeRawBufferPointer(memory.bytes)
    // The memory may be larger than what was written, which the header tells.
    let size = Int(bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self).littleEndian)
    let file = UnsafeRawBufferPointer(rebasing: bytes.prefix(size))
    let (header, layout, stamp) = try LexicalFileHeader.read(file, path: "")
    try self.init(
      file, header: header, layout: layout, stamp: stamp, owner: memory, checks: nil, path: nil)
  }

  private init(
    _ bytes: UnsafeRawBufferPointer, header: LexicalFileHeader, layout: LexicalFileHeader.Layout,
    stamp: FileStamp, owner: AnyObject, checks: BlockChecks?, path: String?
  ) throws {
    // A file that has a header has bytes.
    guard let start = bytes.baseAddress else {
      throw RAGError(.corrupt, "the file is empty; write it anew ('rag repair')", path: path)
    }
    self.header = header
    self.layout = layout
    self.stamp = stamp
    self.start = start
    self.owner = owner
    self.checks = checks
    self.path = path
  }

  /// The number of texts.
  var count: Int { header.count }

  func corrupt(_ what: String) -> RAGError {
    LexicalFileHeader.kind.corrupt(what, path: path)
  }

  func checkBlocks() throws { try checks?.checkAll() }

  /// The ids of all texts; ascending, unless the file lies.
  func ids() throws -> UnsafeBufferPointer<Int64> {
    try checks?.check(layout.ids)
    return UnsafeBufferPointer(start: section(layout.ids), count: count)
  }

  /// The id of a slot below ``count``.
  func id(_ slot: Int) throws -> Int64 {
    let offset = layout.ids.lowerBound + 8 * slot
    try checks?.check(offset..<(offset + 8))
    return (start + offset).assumingMemoryBound(to: Int64.self).pointee
  }

  /// The numbers of terms of all texts.
  func lengths() throws -> UnsafeBufferPointer<UInt32> {
    try checks?.check(layout.lengths)
    return UnsafeBufferPointer(start: section(layout.lengths), count: count)
  }

  /// The size of the stream without its padding.
  var streamByteCount: Int { layout.stream.count - LexicalFileHeader.streamPadding }

  /// Bytes of the stream, which `range` is within. What is read behind them is padding, or another
  /// part of the file.
  @inline(__always)
  func stream(_ range: Range<Int>) throws -> UnsafeRawBufferPointer {
    let offset = layout.stream.lowerBound &+ range.lowerBound
    try checks?.check(offset..<(offset &+ range.count))
    return UnsafeRawBufferPointer(start: start + offset, count: range.count)
  }

  /// The terms of a leaf below the number of leaves.
  func leaf(_ index: Int) throws -> LeafReader {
    let offset = layout.leaves.lowerBound + index * LeafEntry.byteCount
    try checks?.check(offset..<(offset + LeafEntry.byteCount))
    let entry = start + offset
    let position = UInt64(littleEndian: entry.loadUnaligned(as: UInt64.self))
    let size = Int(UInt32(littleEndian: entry.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
    let terms = UInt32(littleEndian: entry.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
    guard let position = Int(exactly: position), position <= streamByteCount,
      size <= streamByteCount - position, terms > 0, terms <= LexicalFileHeader.leafTermCount
    else { throw corrupt("leaf \(index) is out of range") }
    return LeafReader(
      try stream(position..<(position + size)), termCount: Int(terms), textCount: count,
      streamByteCount: streamByteCount)
  }

  /// The next term of a leaf.
  func next(
    _ reader: inout LeafReader, leaf: Int
  ) throws -> (term: UnsafeRawBufferPointer, record: TermRecord)? {
    do { return try reader.next() } catch { throw corrupt("leaf \(leaf) holds no terms") }
  }

  /// A section; the layout keeps it inside the file, and aligned for its type.
  private func section<Element>(_ range: Range<Int>) -> UnsafePointer<Element> {
    (start + range.lowerBound).assumingMemoryBound(to: Element.self)
  }
}

extension LexicalSegment {
  /// What the dictionary says of a term.
  func find(_ term: UnsafeRawBufferPointer) throws -> TermRecord? {
    guard let index = try lastLeaf(notAbove: term) else { return nil }
    var reader = try leaf(index)
    while let (found, record) = try next(&reader, leaf: index) {
      switch TermOrder.compare(found, term) {
      case 0: return record
      case 1...: return nil
      default: continue
      }
    }
    return nil
  }

  /// Calls `body` with the record of each term that begins with these bytes.
  func forEach(
    prefix: UnsafeRawBufferPointer, _ body: (TermRecord) throws -> Void
  ) throws {
    for index in (try lastLeaf(notAbove: prefix) ?? 0)..<header.leafCount {
      var reader = try leaf(index)
      while let (found, record) = try next(&reader, leaf: index) {
        if found.starts(with: prefix) {
          try body(record)
        } else if TermOrder.compare(found, prefix) > 0 {
          return
        }
      }
    }
  }

  /// The last leaf whose first term is not above a term.
  private func lastLeaf(notAbove term: UnsafeRawBufferPointer) throws -> Int? {
    var low = 0
    var high = header.leafCount
    while low < high {
      let middle = (low + high) / 2
      var reader = try leaf(middle)
      guard let first = try next(&reader, leaf: middle) else {
        throw corrupt("leaf \(middle) holds no terms")
      }
      if TermOrder.compare(first.term, term) <= 0 { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? low - 1 : nil
  }
}

/// Terms by their bytes.
enum TermOrder {
  /// Negative, zero or positive, as `a` comes before, at or behind `b`.
  @inline(__always)
  static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let common = min(a.count, b.count)
    for index in 0..<common where a[index] != b[index] { return Int(a[index]) - Int(b[index]) }
    return a.count - b.count
  }
}
