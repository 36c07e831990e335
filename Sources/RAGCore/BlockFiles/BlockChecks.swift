import CRAGKernels

/// The blocks of a file in memory, each held against its checksum before its first use.
///
/// `@unchecked Sendable`: the file's bytes never change, and the bits of the blocks that were
/// checked are set atomically. Two threads may check the same block.
package final class BlockChecks: @unchecked Sendable {
  package let kind: BlockFileKind
  package let path: String
  /// The number of blocks.
  package let count: Int
  private let bytes: UnsafeRawBufferPointer
  private let blocks: Range<Int>
  private let table: Range<Int>
  @usableFromInline let start: Int
  @usableFromInline let checked: UnsafeMutablePointer<UInt64>

  /// Reads the block table of a file, which lies at `table`, behind the header; the bytes have to
  /// outlive this object.
  ///
  /// - Throws: ``RAGError`` of code `corrupt`.
  package init(
    _ bytes: UnsafeRawBufferPointer, of kind: BlockFileKind, table: Range<Int>,
    tableChecksum: UInt32, path: String
  ) throws {
    guard CRC32C.checksum(bytes[table]) == tableChecksum else {
      throw kind.corrupt("the checksum of its block table is wrong", path: path)
    }
    self.kind = kind
    self.path = path
    self.bytes = bytes
    self.table = table
    blocks = BlockFileKind.headerByteCount..<table.lowerBound
    start = blocks.lowerBound
    count = table.count / MemoryLayout<UInt32>.size
    checked = .allocate(capacity: count / 64 + 1)
    checked.initialize(repeating: 0, count: count / 64 + 1)
  }

  deinit { checked.deallocate() }

  package func corrupt(_ what: String) -> RAGError { kind.corrupt(what, path: path) }

  /// Calls `body` with each block that holds bytes of a range of the file, which lies between
  /// header and block table, and was not checked yet.
  @inlinable @inline(__always)
  package func forEachUnchecked(in range: Range<Int>, _ body: (Int) throws -> Void) rethrows {
    var block = (range.lowerBound &- start) >> 12
    let last = (range.upperBound &- 1 &- start) >> 12
    while block <= last {
      if rag_bit_is_set(checked, block) == 0 { try body(block) }
      block &+= 1
    }
  }

  /// Checks the blocks that hold a range of the file, as above, unless that was done before.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` that names the place.
  @inlinable @inline(__always)
  package func check(_ range: Range<Int>) throws {
    try forEachUnchecked(in: range) {
      _ = try verify($0)
      _ = mark($0)
    }
  }

  /// Checks all of the file.
  ///
  /// - Throws: ``RAGError`` of code `corrupt`, or `cancelled`.
  package func checkAll() throws {
    try forEachUnchecked {
      _ = try verify($0)
      _ = mark($0)
    }
  }

  /// Calls `body` with each block that was not checked yet.
  ///
  /// - Throws: ``RAGError`` of code `cancelled`, and what `body` throws.
  package func forEachUnchecked(_ body: (Int) throws -> Void) throws {
    for block in 0..<count where rag_bit_is_set(checked, block) == 0 {
      if block % 256 == 0 { try Cancellation.check() }
      try body(block)
    }
  }

  /// Whether a block was checked.
  package func isChecked(_ block: Int) -> Bool { rag_bit_is_set(checked, block) != 0 }

  /// Holds a block against its checksum, and returns where it lies.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` that names the place.
  @usableFromInline
  package func verify(_ block: Int) throws -> Range<Int> {
    let lower = blocks.lowerBound + block * BlockFileKind.blockByteCount
    let range = lower..<min(lower + BlockFileKind.blockByteCount, blocks.upperBound)
    let stored = bytes.loadUnaligned(
      fromByteOffset: table.lowerBound + 4 * block, as: UInt32.self)
    guard CRC32C.checksum(bytes[range]) == UInt32(littleEndian: stored) else {
      throw corrupt("the checksum of bytes \(range.lowerBound) to \(range.upperBound - 1) is wrong")
    }
    return range
  }

  /// Notes that a block was checked; false when that was noted before.
  @usableFromInline
  package func mark(_ block: Int) -> Bool { rag_bit_set(checked, block) != 0 }
}
