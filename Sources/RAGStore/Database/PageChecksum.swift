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

  /// Puts a page right of which one bit has changed.
  ///
  /// No two bits of a page change its checksum alike (Koopman 2002: the Hamming distance of CRC-32C
  /// is four up to 2^31 bits), so the difference tells the bit. Many changed bits look like one
  /// with a probability of 2^-17; rows have checksums of their own.
  /// - Returns: whether the page matches its trailer now.
  static func correct(_ page: UnsafeMutableRawBufferPointer, number: UInt32) -> Bool {
    guard page.count == pageSize else { return false }
    let stored = UInt64(
      littleEndian: page.loadUnaligned(fromByteOffset: contentSize, as: UInt64.self))
    let computed = checksum(UnsafeRawBufferPointer(page), number: number)
    let difference = UInt32(truncatingIfNeeded: stored) ^ computed
    guard difference != 0 && stored >> 32 == 0 else {
      // The content is whole, or more than a bit has changed.
      return difference == 0
    }
    if difference.nonzeroBitCount == 1 { return true }
    // The register after a one and so many zeros more, least bit first: from the last bit back.
    var register: UInt32 = 1
    for distance in 1...(contentSize * 8) {
      register = register >> 1 ^ (register & 1 == 1 ? 0x82F6_3B78 : 0)
      guard register == difference else { continue }
      let bit = contentSize * 8 - distance
      page[bit / 8] ^= 1 << UInt8(bit % 8)
      return true
    }
    return false
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
