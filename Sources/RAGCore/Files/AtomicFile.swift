#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes a file so that a reader finds the old one or the whole new one, also after a crash:
/// beside it, then synced, then renamed, then the directory synced.
package struct AtomicFile: ~Copyable {
  private let path: String
  private let descriptor: Int32
  private var isRenamed = false
  private var unsyncedByteCount = 0

  private var temporaryPath: String { path + ".tmp" }

  /// Opens the temporary file; one left over from a crash is overwritten.
  package init(path: String) throws {
    self.path = path
    descriptor = SystemCalls.retrying {
      open(path + ".tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
    }
    guard descriptor >= 0 else { throw SystemCalls.failure("creating the file", path: path) }
  }

  /// Removes the temporary file unless it was committed.
  deinit {
    close(descriptor)
    if !isRenamed { unlink(path + ".tmp") }
  }

  /// Writes bytes at an offset, and syncs now and then, so that no sync is long.
  package mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let written = SystemCalls.retrying {
        pwrite(descriptor, base + done, bytes.count - done, off_t(offset + done))
      }
      guard written > 0 else { throw SystemCalls.failure("writing the file", path: path) }
      done += written
    }
    unsyncedByteCount += done
    if unsyncedByteCount >= SystemCalls.unsyncedByteLimit { try sync() }
  }

  private mutating func sync() throws {
    unsyncedByteCount = 0
    guard SystemCalls.retrying({ fsync(descriptor) }) == 0 else {
      throw SystemCalls.failure("syncing the file", path: path)
    }
  }

  /// Puts the file in its place.
  package consuming func commit() throws {
    try sync()
    guard rename(temporaryPath, path) == 0 else {
      throw SystemCalls.failure("renaming the file", path: path)
    }
    isRenamed = true
    let end = path.lastIndex(of: "/")
    let directory = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    try SystemCalls.syncDirectory(directory)
  }
}
