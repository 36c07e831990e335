/// Splits text into lines.
enum LineScanner {
  /// Calls `body` with the range of each line, without its LF, CR or CRLF.
  static func forEachLine(of bytes: [UInt8], _ body: (Range<Int>) throws -> Void) rethrows {
    var start = 0
    var offset = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      guard byte == 0x0A || byte == 0x0D else { continue }
      try body(start..<(offset - 1))
      if byte == 0x0D, offset < bytes.count, bytes[offset] == 0x0A { offset += 1 }
      start = offset
    }
    if start < bytes.count { try body(start..<bytes.count) }
  }
}
