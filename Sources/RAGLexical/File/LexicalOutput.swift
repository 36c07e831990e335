import RAGCore

/// Where a lexical file is written to.
protocol LexicalOutput: AnyObject {
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws
}

/// A file that is in its place only when it is whole.
final class FileOutput: LexicalOutput {
  private var file: AtomicFile?

  init(path: String) throws { file = try AtomicFile(path: path) }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    try file?.write(bytes, at: offset)
  }

  func commit() throws { try file.take()?.commit() }
}

/// The bytes of a file, in memory.
///
/// `@unchecked Sendable`: nothing is written once the file is whole.
final class MemoryOutput: LexicalOutput, @unchecked Sendable {
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
