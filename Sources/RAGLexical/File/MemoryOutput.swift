import RAGCore

/// The bytes of a file, in memory.
///
/// `@unchecked Sendable`: nothing is written once the file is whole.
final class MemoryOutput: BlockOutput, @unchecked Sendable {
  private(set) var bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 64)

  deinit { bytes.deallocate() }

  func write(_ source: UnsafeRawBufferPointer, at offset: Int) {
    let end = offset + source.count
    if end > bytes.count {
      let grown = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(end, bytes.count + bytes.count / 2), alignment: 64)
      grown.copyMemory(from: UnsafeRawBufferPointer(bytes))
      bytes.deallocate()
      bytes = grown
    }
    UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<end]).copyMemory(from: source)
  }
}
