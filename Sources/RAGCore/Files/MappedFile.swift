#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A whole regular file, mapped read-only for as long as this object lives.
package final class MappedFile: Sendable {
  /// What names a file's contents without reading them.
  package struct Identity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
    package let byteCount: Int
    /// Time of the last change of the contents, in nanoseconds since 1970.
    package let modified: Int64

    fileprivate init(_ status: stat) {
      device = UInt64(truncatingIfNeeded: status.st_dev)
      inode = UInt64(truncatingIfNeeded: status.st_ino)
      byteCount = Int(status.st_size)
      modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }
  }

  package let path: String
  package let identity: Identity
  /// Never changes and is never written through, so it may be read from any thread.
  nonisolated(unsafe) package let bytes: UnsafeRawBufferPointer

  /// Maps a file.
  ///
  /// - Throws: ``RAGError`` `notFound`, `io`, or `invalidInput` where it is no regular file.
  package init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.error(opening: path) }
    defer { close(descriptor) }
    let status = try Self.status(of: descriptor, path: path)
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw RAGError(.invalidInput, "is not a regular file", path: path)
    }
    self.path = path
    identity = Identity(status)
    guard identity.byteCount > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let mapped = mmap(nil, identity.byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else {
      throw RAGError(.io, "cannot be mapped: \(systemMessage())", path: path)
    }
    // Reading past the end of a file that shrank meanwhile is a signal, not an error.
    guard let again = try? Self.status(of: descriptor, path: path), Identity(again) == identity
    else {
      munmap(mapped, identity.byteCount)
      throw RAGError(.io, "changed while it was opened; try again", path: path)
    }
    bytes = UnsafeRawBufferPointer(start: mapped, count: identity.byteCount)
  }

  deinit {
    if let base = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
    }
  }

  /// Whether the file is as it was when it was mapped: reading one that was cut short is a signal and
  /// not an error, and one that was written to is not what was checked. One that was removed, or
  /// whose name another has now, stays for those who have it mapped.
  package var isUnchanged: Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return true }
    let now = Identity(status)
    return (now.device, now.inode) != (identity.device, identity.inode) || now == identity
  }

  /// Gives the memory back that holds pages of the file; they are read again when next touched.
  package func releasePages() {
    guard let base = bytes.baseAddress else { return }
    madvise(UnsafeMutableRawPointer(mutating: base), bytes.count, MADV_DONTNEED)
  }

  private static func status(of descriptor: Int32, path: String) throws -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw RAGError(.io, "cannot be examined: \(systemMessage())", path: path)
    }
    return status
  }

  private static func remedy(_ number: Int32) -> String {
    switch number {
    case EMFILE, ENFILE: "; raise the limit of open files (ulimit -n)"
    case EACCES, EPERM: "; check its permissions"
    default: ""
    }
  }

  private static func error(opening path: String) -> RAGError {
    let number = errno
    guard number != ENOENT, number != ENOTDIR else {
      return RAGError(.notFound, "does not exist", path: path)
    }
    return RAGError(
      .io, "cannot be opened: \(String(cString: strerror(number)))\(remedy(number))", path: path)
  }
}

/// The operating system's words for the current `errno`.
package func systemMessage() -> String { String(cString: strerror(errno)) }

/// Whether something exists at a path, links followed.
package func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
