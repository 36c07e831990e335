/// A source decoded to valid UTF-8, which knows bytes, characters and lines of every place.
public struct DecodedSource: Sendable {
  /// Valid UTF-8; the byte-order mark is left out.
  public let bytes: [UInt8]
  /// From `bytes` to the source as stored.
  public let map: SourceMap
  /// Offset in `bytes` at which each line starts; the first is 0.
  private let lineStarts: [Int]
  /// Scalars before each multiple of `checkpointStride` bytes.
  private let scalarCheckpoints: [Int]

  private static let checkpointStride = 512

  /// Indexes lines and characters of a decoded text.
  ///
  /// Precondition: `bytes` is valid UTF-8.
  /// - Complexity: O(bytes).
  public init(bytes: [UInt8], map: SourceMap) {
    self.bytes = bytes
    self.map = map
    var lineStarts = [0]
    var checkpoints: [Int] = []
    checkpoints.reserveCapacity(bytes.count / Self.checkpointStride + 1)
    var scalars = 0
    bytes.withUnsafeBufferPointer { buffer in
      for offset in 0..<buffer.count {
        if offset % Self.checkpointStride == 0 { checkpoints.append(scalars) }
        let byte = buffer[offset]
        if byte & 0xC0 != 0x80 { scalars += 1 }
        let isLineEnd =
          byte == 0x0A
          || (byte == 0x0D && (offset + 1 == buffer.count || buffer[offset + 1] != 0x0A))
        if isLineEnd { lineStarts.append(offset + 1) }
      }
    }
    self.lineStarts = lineStarts
    self.scalarCheckpoints = checkpoints
  }

  /// The place of a range of UTF-8 offsets in `bytes`.
  /// - Complexity: O(log(lines)).
  public func span(of range: Range<Int>) -> Span {
    let first = line(at: range.lowerBound)
    let last = range.isEmpty ? first : line(at: range.upperBound - 1)
    return Span(
      utf8: map.sourceRange(of: range),
      characters: scalarOffset(of: range.lowerBound)..<scalarOffset(of: range.upperBound),
      lines: first...max(first, last))
  }

  /// The line of an offset, from 1.
  private func line(at offset: Int) -> Int {
    lineStarts.partitioningIndex { $0 > offset }
  }

  private func scalarOffset(of offset: Int) -> Int {
    let checkpoint = min(offset / Self.checkpointStride, scalarCheckpoints.count - 1)
    guard checkpoint >= 0 else { return 0 }
    var count = scalarCheckpoints[checkpoint]
    for byte in bytes[(checkpoint * Self.checkpointStride)..<offset] where byte & 0xC0 != 0x80 {
      count += 1
    }
    return count
  }
}
