import RAGCore

/// Makes a changed file of blocks coherent, so that changes get past its sizes and checksums.
enum BlockFileRepair {
  /// Larger files teach nothing new.
  static let largestByteCount = 1 << 18

  /// Where the parts of a file lie.
  struct Parts {
    var byteCount: Int
    /// What the block table covers.
    var blocks: Range<Int>
    var blockTable: Range<Int>
    /// Where the header has the checksum of the block table.
    var tableChecksum: Int
  }

  /// What `parts` gives is of a file with such a header, if there can be one.
  static func repaired(_ input: [UInt8], _ parts: ([UInt8]) throws -> Parts?) rethrows -> [UInt8] {
    var bytes = input
    guard bytes.count >= BlockFileKind.headerByteCount else { return bytes }
    if let parts = try parts(bytes), parts.byteCount <= largestByteCount {
      // Sections of zeros stand for what is missing.
      let missing = max(0, parts.byteCount - bytes.count)
      bytes = bytes.prefix(parts.byteCount) + Array(repeating: 0, count: missing)
      bytes.store(UInt64(parts.byteCount), at: 16)
      var entry = parts.blockTable.lowerBound
      for start in stride(
        from: parts.blocks.lowerBound, to: parts.blocks.upperBound,
        by: BlockFileKind.blockByteCount)
      {
        let end = min(start + BlockFileKind.blockByteCount, parts.blocks.upperBound)
        bytes.store(CRC32C.checksum(Array(bytes[start..<end])), at: entry)
        entry += 4
      }
      bytes.store(CRC32C.checksum(Array(bytes[parts.blockTable])), at: parts.tableChecksum)
    }
    bytes.store(CRC32C.checksum(Array(bytes[..<(BlockFileKind.headerByteCount - 4)])), at: 252)
    return bytes
  }
}

extension [UInt8] {
  mutating func store(_ value: some FixedWidthInteger, at offset: Int) {
    Swift.withUnsafeBytes(of: value.littleEndian) { bytes in
      replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }
  }

  func load<Value: FixedWidthInteger>(_ offset: Int, as: Value.Type) -> Value {
    withUnsafeBytes {
      Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
  }
}
