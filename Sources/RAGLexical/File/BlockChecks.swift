import CRAGKernels
import RAGCore

/// Checks the blocks of a lexical file, each against its checksum before its first use.
///
/// `@unchecked Sendable`: the file's bytes never change, and the bits of the blocks that were
/// checked are set atomically. Two threads may check the same block.
final class BlockChecks: @unchecked Sendable {
  private let layout: LexicalFileHeader.Layout
  private let bytes: UnsafeRawBufferPointer
  private let path: String
  private let blockCount: Int
  private let checked: UnsafeMutablePointer<UInt64>

  private static let shift = LexicalFileHeader.blockByteCount.trailingZeroBitCount

  /// Reads the block table of a file in memory, which has to outlive this object.
  ///
  /// - Throws: ``RAGError`` of code `corrupt`.
  init(
    _ bytes: UnsafeRawBufferPointer, header: LexicalFileHeader, layout: LexicalFileHeader.Layout,
    path: String
  ) throws {
    guard CRC32C.checksum(bytes[layout.blockTable]) == header.tableChecksum else {
      throw RAGError(
        .corrupt,
        "the lexical file is damaged: the checksum of its block table is wrong; rebuild the index",
        path: path)
    }
    self.layout = layout
    self.bytes = bytes
    self.path = path
    blockCount = layout.blockTable.count / MemoryLayout<UInt32>.size
    checked = .allocate(capacity: blockCount / 64 + 1)
    checked.initialize(repeating: 0, count: blockCount / 64 + 1)
  }

  deinit { checked.deallocate() }

  /// Checks the blocks that hold a range of the file, which lies between header and block table,
  /// unless that was done before.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` that names the place.
  @inline(__always)
  func check(_ range: Range<Int>) throws {
    var block = (range.lowerBound &- layout.blocks.lowerBound) >> Self.shift
    let last = (range.upperBound &- 1 &- layout.blocks.lowerBound) >> Self.shift
    while block <= last {
      if rag_bit_is_set(checked, block) == 0 { try checkBlock(block) }
      block &+= 1
    }
  }

  /// Checks all of the file.
  func checkAll() throws { if blockCount > 0 { try check(layout.blocks) } }

  private func checkBlock(_ block: Int) throws {
    let lower = layout.blocks.lowerBound + block << Self.shift
    let range = lower..<min(lower + LexicalFileHeader.blockByteCount, layout.blocks.upperBound)
    let stored = bytes.loadUnaligned(
      fromByteOffset: layout.blockTable.lowerBound + 4 * block, as: UInt32.self)
    guard CRC32C.checksum(bytes[range]) == UInt32(littleEndian: stored) else {
      throw RAGError(
        .corrupt,
        "the lexical file is damaged: the checksum of bytes \(range.lowerBound) to "
          + "\(range.upperBound - 1) is wrong; rebuild the index", path: path)
    }
    _ = rag_bit_set(checked, block)
  }
}
