/// Where a file is written to.
package protocol BlockOutput: AnyObject {
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws
}

/// A file that is in its place only when it is whole.
package final class FileOutput: BlockOutput {
  private var file: AtomicFile?

  package init(path: String) throws { file = try AtomicFile(path: path) }

  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    try file?.write(bytes, at: offset)
  }

  /// Puts the file in its place.
  package func commit() throws {
    try Cancellation.check()
    try file.take()?.commit()
  }
}
