import RAGCore

@testable import RAGIndex

/// Makes a changed graph file coherent, so that changes get past its sizes and checksums.
enum GraphRepair {
  /// Larger files teach nothing new.
  private static let largestByteCount = 1 << 18

  static func repaired(_ input: [UInt8]) -> [UInt8] {
    var bytes = input
    guard bytes.count >= BlockFileKind.headerByteCount else { return bytes }
    if let layout = layout(of: bytes), layout.byteCount <= largestByteCount {
      // Sections of zeros stand for what is missing.
      let missing = max(0, layout.byteCount - bytes.count)
      bytes = bytes.prefix(layout.byteCount) + Array(repeating: 0, count: missing)
      bytes.store(UInt64(layout.byteCount), at: 16)
      var entry = layout.blockTable.lowerBound
      for start in stride(
        from: layout.blocks.lowerBound, to: layout.blocks.upperBound,
        by: BlockFileKind.blockByteCount)
      {
        let end = min(start + BlockFileKind.blockByteCount, layout.blocks.upperBound)
        bytes.store(CRC32C.checksum(Array(bytes[start..<end])), at: entry)
        entry += 4
      }
      bytes.store(CRC32C.checksum(Array(bytes[layout.blockTable])), at: 72)
    }
    bytes.store(CRC32C.checksum(Array(bytes[..<(BlockFileKind.headerByteCount - 4)])), at: 252)
    return bytes
  }

  /// Where the parts of a file lie that has these counts, if they can be.
  private static func layout(of bytes: [UInt8]) -> GraphFileHeader.Layout? {
    let count = bytes.load(24, as: UInt64.self)
    let upperRowCount = bytes.load(32, as: UInt64.self)
    let dimension = Int(bytes.load(48, as: UInt32.self))
    let m = Int(bytes.load(56, as: UInt32.self))
    guard max(count, upperRowCount) < largestByteCount,
      HNSWParameters.dimensions.contains(dimension),
      HNSWParameters.degrees.contains(m)
    else { return nil }
    return GraphFileHeader(
      count: Int(count), upperRowCount: Int(upperRowCount), dimension: dimension, metric: .cosine,
      parameters: HNSWParameters(m: m), entry: 0, topLevel: 0,
      encoding: bytes.load(76, as: UInt32.self) == 1 ? .float32 : .compact, largestLength: 0,
      calibration: .standard
    ).layout
  }
}

extension [UInt8] {
  fileprivate mutating func store(_ value: some FixedWidthInteger, at offset: Int) {
    Swift.withUnsafeBytes(of: value.littleEndian) { bytes in
      replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }
  }

  fileprivate func load<Value: FixedWidthInteger>(_ offset: Int, as: Value.Type) -> Value {
    withUnsafeBytes {
      Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
  }
}
