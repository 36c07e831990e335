import RAGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A regular file mapped into memory for reading.
///
/// `@unchecked Sendable`: the bytes are never written through the mapping. Files that are mapped
/// are replaced by renaming, never changed in place.
final class MappedFile: @unchecked Sendable {
  /// The first byte, at the start of a page.
  let start: UnsafeRawPointer
  let byteCount: Int

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: byteCount) }

  /// - Throws: ``RAGError`` of code `notFound` or `io` when the file cannot be read,
  ///   `incompatibleFormat` when it is not a regular file, `corrupt` when it is empty.
  init(path: String) throws {
    // Without O_NONBLOCK the opening of a FIFO would wait for a writer.
    let descriptor = SystemCalls.retrying { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw Self.unreadable(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.unreadable(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw RAGError(.incompatibleFormat, "this is not a regular file", path: path)
    }
    guard let size = Int(exactly: status.st_size), size > 0 else {
      throw RAGError(.corrupt, "the file is empty; rebuild the index", path: path)
    }
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw SystemCalls.failure("mapping the file", path: path) }
    start = UnsafeRawPointer(base)
    byteCount = size
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: start), byteCount)
  }

  private static func unreadable(_ path: String) -> RAGError {
    var error = SystemCalls.failure("reading the file", path: path)
    // A file that may not be read is an I/O error: nothing was to be written.
    if error.code == .readOnly { error.code = .io }
    return error
  }
}
