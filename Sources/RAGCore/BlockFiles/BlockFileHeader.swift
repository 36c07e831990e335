/// Integers one behind the other, in little-endian order.
package struct LittleEndianBytes {
  private(set) var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  package mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  /// Adds zeros until there are `count` bytes.
  package mutating func pad(to count: Int) {
    bytes += Array(repeating: 0, count: count - bytes.count)
  }
}

/// The header of a file in memory, for reading.
package struct BlockFileHeader {
  let bytes: UnsafeRawBufferPointer

  /// Nil when the file ends within the header.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= BlockFileKind.headerByteCount else { return nil }
    self.bytes = bytes
  }

  /// The integer at an offset within the header.
  package func uint32(at offset: Int) -> UInt32 {
    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// The integer at an offset within the header.
  package func uint64(at offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// The count at an offset within the header, or nil when it is no `Int`.
  package func count(at offset: Int) -> Int? { Int(exactly: uint64(at: offset)) }

  var checksum: UInt32 { uint32(at: BlockFileKind.headerByteCount - 4) }

  /// Tells this file from every other.
  package var stamp: FileStamp { FileStamp(byteCount: bytes.count, checksum: checksum) }
}

/// Tells one written file from every other.
public struct FileStamp: Sendable, Hashable {
  /// The size of the file.
  public var byteCount: Int
  /// The checksum of its header, which covers the checksums of all else.
  public var checksum: UInt32

  /// Makes a stamp, as stored elsewhere.
  public init(byteCount: Int, checksum: UInt32) {
    self.byteCount = byteCount
    self.checksum = checksum
  }
}
