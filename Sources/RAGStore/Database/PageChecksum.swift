import RAGCore

/// The trailer of a database page: what the eight bytes reserved at its end hold.
///
/// Four bytes CRC-32C, little-endian, over the page number (little-endian `UInt32`) and the page
/// without its trailer, then four zero bytes. The number is covered so that a page that was
/// written to another page's place is found.
enum PageChecksum {
  static let pageSize = 4096
  static let trailerSize = 8
  static let contentSize = pageSize - trailerSize

  /// Writes the trailer of a page. `page` is `pageSize` bytes long.
  static func seal(_ page: UnsafeMutableRawBufferPointer, number: UInt32) {
    let crc = checksum(UnsafeRawBufferPointer(page), number: number)
    page.storeBytes(of: UInt64(crc).littleEndian, toByteOffset: contentSize, as: UInt64.self)
  }

  /// Whether the trailer is that of this page with this number.
  static func matches(_ page: UnsafeRawBufferPointer, number: UInt32) -> Bool {
    guard page.count == pageSize else { return false }
    let stored = page.loadUnaligned(fromByteOffset: contentSize, as: UInt64.self)
    return UInt64(littleEndian: stored) == UInt64(checksum(page, number: number))
  }

  private static func checksum(_ page: UnsafeRawBufferPointer, number: UInt32) -> UInt32 {
    let start = withUnsafeBytes(of: number.littleEndian) { CRC32C.extend(0, by: $0) }
    return CRC32C.extend(start, by: UnsafeRawBufferPointer(rebasing: page[..<contentSize]))
  }

  /// The number of the page at an offset, which is a multiple of `pageSize`.
  static func number(at offset: Int64) -> UInt32 {
    UInt32(truncatingIfNeeded: offset / Int64(pageSize) + 1)
  }
}
