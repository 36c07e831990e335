/// How SQLite writes numbers on the pages of its trees.
///
/// Reference: "Database File Format", section 1.6, sqlite.org/fileformat2.html.
extension UnsafeRawBufferPointer {
  /// How many cells a page of a tree has, and where one of them begins; not page 1.
  var cellCount: Int { Int(bigEndianHalf(at: 3)) }

  /// Where a cell of a leaf begins; nil where the page ends before.
  func cellOffset(_ index: Int) -> Int? {
    let pointer = 8 + index * 2
    return pointer + 2 <= PageChecksum.contentSize ? Int(bigEndianHalf(at: pointer)) : nil
  }

  /// One of SQLite's integers of 1 to 9 bytes, and moves on behind it; nil at the end of the page.
  func variableInteger(at offset: inout Int) -> Int64? {
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

  /// A cell of a leaf of a table: how long its row is, and where the part of it stands that is on the
  /// page; behind that, where it is not all, the number of the page that it goes on with. Nil where it
  /// is none.
  func row(at offset: Int) -> (length: Int64, part: Range<Int>, end: Int)? {
    var start = offset
    guard let length = variableInteger(at: &start), length > 0, length <= Int64(UInt32.max),
      variableInteger(at: &start) != nil
    else { return nil }
    let (size, count) = (PageChecksum.contentSize, Int(length))
    let (most, least) = (size - 35, (size - 12) * 32 / 255 - 23)
    let rest = least + (count - least) % (size - 4)
    let local = count <= most ? count : rest <= most ? rest : least
    let end = start + local + (local < count ? 4 : 0)
    return end <= size ? (length, start..<start + local, end) : nil
  }

  private func bigEndianHalf(at offset: Int) -> UInt16 {
    UInt16(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }
}
