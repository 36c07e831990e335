/// Decodes the encodings that came before Unicode, by table.
struct LegacyDecoder {
  private let encoding: TextEncoding
  private let table: CodeTable

  init(_ encoding: TextEncoding, table: CodeTable) {
    self.encoding = encoding
    self.table = table
  }

  /// Decodes a whole source; what encodes no character becomes U+FFFD.
  func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, into output: inout MappedOutput
  ) throws {
    // Codes of three and four bytes are too many for a table and rare: asked one by one.
    let long = encoding == .gb18030 || encoding == .eucJP ? try CodeConverter(encoding) : nil
    var isDoubleByte = false
    var offset = 0
    while offset < bytes.count, !output.isHopeless {
      if encoding == .iso2022JP {
        if let escape = Self.escape(in: bytes, at: offset) {
          isDoubleByte = escape.isDoubleByte
          offset += escape.byteCount
          continue
        }
        if isDoubleByte, bytes[offset] > 0x20, bytes[offset] < 0x80, offset + 1 < bytes.count {
          // JIS X 0208 in seven bits is EUC-JP without the high bits.
          if let value = table.pair(bytes[offset] | 0x80, bytes[offset + 1] | 0x80) {
            output.append(value, at: offset, sourceUnit: 2)
          } else {
            output.appendReplacement(at: offset, sourceUnit: 2)
          }
          offset += 2
          continue
        }
      }
      if bytes[offset] < 0x80 {
        var end = offset + 1
        if encoding != .iso2022JP { end = UTF8Scan.asciiEnd(of: bytes, from: end) }
        output.copy(bytes, offset..<end)
        offset = end
        continue
      }
      offset += append(bytes, at: offset, long: long, to: &output)
    }
  }

  /// Appends the character at an offset that is not ASCII. Returns the bytes that it took.
  private func append(
    _ bytes: UnsafeBufferPointer<UInt8>, at offset: Int, long: CodeConverter?,
    to output: inout MappedOutput
  ) -> Int {
    let lead = bytes[offset]
    let single = table.singles[Int(lead)]
    if single.bits != 0 {
      output.append(single, at: offset, sourceUnit: 1)
      return 1
    }
    guard offset + 1 < bytes.count, encoding.form == .multiByte else {
      output.appendReplacement(at: offset, sourceUnit: 1)
      return 1
    }
    let trail = bytes[offset + 1]
    if let value = table.pair(lead, trail) {
      output.append(value, at: offset, sourceUnit: 2)
      return 2
    }
    let longCount = longByteCount(bytes, at: offset)
    if let long, longCount > 2,
      let value = long.convert(Array(bytes[offset..<(offset + longCount)]))
    {
      output.append(value, at: offset, sourceUnit: longCount)
      return longCount
    }
    // An ASCII byte after a bad lead is kept: it may be the `<` of a tag.
    let byteCount = table.isLead(lead) && trail >= 0x80 ? 2 : 1
    output.appendReplacement(at: offset, sourceUnit: byteCount)
    return byteCount
  }

  /// The length of the code at an offset if it has the form of one longer than two bytes, else 0.
  private func longByteCount(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Int {
    if encoding == .gb18030, offset + 3 < bytes.count, (0x81...0xFE).contains(bytes[offset]),
      (0x30...0x39).contains(bytes[offset + 1]), (0x81...0xFE).contains(bytes[offset + 2]),
      (0x30...0x39).contains(bytes[offset + 3])
    {
      return 4
    }
    if encoding == .eucJP, offset + 2 < bytes.count, bytes[offset] == 0x8F,
      bytes[offset + 1] >= 0xA1, bytes[offset + 2] >= 0xA1
    {
      return 3
    }
    return 0
  }

  /// The escape sequence of ISO 2022-JP at an offset, if one is there.
  private static func escape(
    in bytes: UnsafeBufferPointer<UInt8>, at offset: Int
  ) -> (byteCount: Int, isDoubleByte: Bool)? {
    guard bytes[offset] == 0x1B, offset + 2 < bytes.count else { return nil }
    switch (bytes[offset + 1], bytes[offset + 2]) {
    case (0x24, 0x40), (0x24, 0x42): return (3, true)
    case (0x28, 0x42), (0x28, 0x4A): return (3, false)
    default: return nil
    }
  }
}
