import RAGCore

/// Splits bytes that arrive in pieces into lines, which end with CR, LF or CRLF.
struct LineSplitter: Sendable {
  private let maximumByteCount: Int
  private var line: [UInt8] = []
  /// The last byte was a CR, of which an LF may be the rest.
  private var skipsLineFeed = false

  init(maximumByteCount: Int) { self.maximumByteCount = maximumByteCount }

  /// The lines that another piece ends.
  ///
  /// - Throws: ``RAGError`` `limitExceeded` for a line that is too long.
  mutating func lines(in bytes: [UInt8]) throws -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var start = bytes.startIndex
    if skipsLineFeed, let first = bytes.first {
      if first == 0x0A { start += 1 }
      skipsLineFeed = false
    }
    while let end = bytes[start...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
      try append(bytes[start..<end])
      lines.append(line)
      line = []
      start = end + 1
      if bytes[end] == 0x0D {
        if start == bytes.endIndex {
          skipsLineFeed = true
        } else if bytes[start] == 0x0A {
          start += 1
        }
      }
    }
    try append(bytes[start...])
    return lines
  }

  /// What came after the last end of a line.
  mutating func rest() -> [UInt8] {
    defer { line = [] }
    return line
  }

  private mutating func append(_ bytes: ArraySlice<UInt8>) throws {
    guard bytes.count <= maximumByteCount - line.count else {
      throw RAGError(.limitExceeded, "a line of more than \(maximumByteCount) bytes")
    }
    line.append(contentsOf: bytes)
  }
}
