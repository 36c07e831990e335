import RAGCore

/// Collects bytes and writes them with the checksum of each block taken.
struct BlockWriter {
  private(set) var checksums: [UInt32] = []
  private let output: any LexicalOutput
  private var pending: [UInt8] = []
  private var writtenEnd: Int

  private static let chunkByteCount = 16 * LexicalFileHeader.blockByteCount

  init(_ output: any LexicalOutput, offset: Int) {
    self.output = output
    writtenEnd = offset
  }

  /// The offset of what comes next.
  var offset: Int { writtenEnd + pending.count }

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
    pending += bytes
    if pending.count >= Self.chunkByteCount { try flush(isLast: false) }
  }

  mutating func append(_ bytes: [UInt8]) throws {
    pending += bytes
    if pending.count >= Self.chunkByteCount { try flush(isLast: false) }
  }

  mutating func append(_ value: some FixedWidthInteger) throws {
    try withUnsafeBytes(of: value.littleEndian) { try append($0) }
  }

  /// Adds zeros up to a multiple of 64.
  mutating func pad() throws { try append([UInt8](repeating: 0, count: -offset & 63)) }

  /// Writes the last block, which may be short.
  mutating func finish() throws { try flush(isLast: true) }

  private mutating func flush(isLast: Bool) throws {
    let size = LexicalFileHeader.blockByteCount
    let count = isLast ? pending.count : pending.count / size * size
    try pending.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: count, by: size) {
        checksums.append(CRC32C.checksum(bytes[start..<min(start + size, count)]))
      }
      try output.write(UnsafeRawBufferPointer(rebasing: bytes[..<count]), at: writtenEnd)
    }
    writtenEnd += count
    pending.removeSubrange(..<count)
  }
}
