/// Writes a file from first to last, and takes the checksum of each block.
package struct BlockWriter {
  private let output: any BlockOutput
  private var checksums: [UInt32] = []
  private var pending: [UInt8] = []
  private var writtenEnd = BlockFileKind.headerByteCount

  private static let chunkByteCount = 16 * BlockFileKind.blockByteCount

  /// Begins behind the header.
  package init(_ output: any BlockOutput) {
    self.output = output
    pending.reserveCapacity(2 * Self.chunkByteCount)
  }

  /// The offset of what comes next.
  package var offset: Int { writtenEnd + pending.count }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
    pending += bytes
    if pending.count >= Self.chunkByteCount { try flush(isLast: false) }
  }

  package mutating func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try append($0) }
  }

  package mutating func append(_ value: some FixedWidthInteger) throws {
    try withUnsafeBytes(of: value.littleEndian) { try append($0) }
  }

  /// Adds `count` values, little-endian already.
  package mutating func append<Value: BitwiseCopyable>(
    _ values: UnsafePointer<Value>, count: Int
  ) throws {
    try append(
      UnsafeRawBufferPointer(start: values, count: count * MemoryLayout<Value>.stride))
  }

  /// Adds zeros up to where the next section begins.
  package mutating func pad() throws { try append([UInt8](repeating: 0, count: -offset & 63)) }

  /// Writes what is left, the block table, and the header that `header` makes, to which it gives
  /// the checksum of the table.
  package mutating func finish(header: (_ tableChecksum: UInt32) -> [UInt8]) throws -> FileStamp {
    try pad()
    try flush(isLast: true)
    let table = checksums.map(\.littleEndian)
    let checksum = try table.withUnsafeBytes { bytes in
      try output.write(bytes, at: writtenEnd)
      return CRC32C.extend(0, by: bytes)
    }
    let bytes = header(checksum)
    try bytes.withUnsafeBytes { try output.write($0, at: 0) }
    return FileStamp(
      byteCount: writtenEnd + table.count * MemoryLayout<UInt32>.size,
      checksum: CRC32C.checksum(Array(bytes.dropLast(4))))
  }

  /// Writes whole blocks, and the last one, which may be short.
  private mutating func flush(isLast: Bool) throws {
    try Cancellation.check()
    let size = BlockFileKind.blockByteCount
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
