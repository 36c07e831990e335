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

  /// Puts a page right of which one bit has changed, or of page 1, on which all else depends, one
  /// byte.
  ///
  /// No two bits of a page change its checksum alike (Koopman 2002: the Hamming distance of CRC-32C
  /// is four up to 2^31 bits), so the difference tells the bit. Many changed bits look like one with
  /// a probability of 2^-17, and like one byte with 2^-12; rows have checksums of their own.
  /// - Returns: whether the content of the page is what the checksum says now; the trailer may be
  ///   damaged still.
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
    // A byte of the checksum itself.
    if (0..<4).contains(where: { difference & ~(0xFF << ($0 * 8)) == 0 }) { return true }
    var differences = [UInt32](repeating: 0, count: number == 1 ? contentSize * 8 : 0)
    // The register after a one and so many zeros more, least bit first: from the last bit back.
    var register: UInt32 = 1
    for distance in 1...(contentSize * 8) {
      register = register >> 1 ^ (register & 1 == 1 ? 0x82F6_3B78 : 0)
      let bit = contentSize * 8 - distance
      if number == 1 { differences[bit] = register }
      guard register == difference else { continue }
      page[bit / 8] ^= 1 << UInt8(bit % 8)
      return true
    }
    for byte in 0..<differences.count / 8 {
      var sum: UInt32 = 0
      // In Gray's order, in which one bit changes at a time.
      for step in 1...UInt8.max {
        sum ^= differences[byte * 8 + step.trailingZeroBitCount]
        guard sum == difference else { continue }
        let pattern = step ^ step >> 1
        page[byte] ^= pattern
        return true
      }
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
