import CRAGKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The few system calls of the engine, with errors of ours.
package enum SystemCalls {
  /// Bytes that are written to a file between two syncs, at most: a sync cannot be broken off.
  package static let unsyncedByteLimit = 8 << 20

  /// Gives memory that was freed back to the system, which the C library may keep for each thread
  /// that has worked.
  package static func releaseFreedMemory() { rag_release_freed_memory() }

  /// Has the C library keep freed memory of all threads together, for the rest of the process.
  package static func useOneArena() { rag_use_one_arena() }

  /// The error of the call that failed just now, read from `errno`.
  package static func failure(_ what: String, path: String) -> RAGError {
    let number = errno
    let reason = String(cString: strerror(number))
    switch number {
    case ENOSPC, EDQUOT, EFBIG:
      return RAGError(
        .diskFull, "\(what) failed: \(reason); free some space and try again", path: path)
    case ENOENT:
      return RAGError(.notFound, "\(what) failed: \(reason)", path: path)
    case EROFS, EACCES, EPERM:
      return RAGError(.readOnly, "\(what) failed: \(reason)", path: path)
    default:
      return RAGError(.io, "\(what) failed: \(reason)", path: path)
    }
  }

  /// Runs a call again for as long as signals interrupt it.
  package static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
      let result = call()
      if result != -1 || errno != EINTR { return result }
    }
  }

  /// Puts the names in a directory on disk.
  package static func syncDirectory(_ path: String) throws {
    let handle = retrying { open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY) }
    guard handle >= 0 else { throw failure("opening the directory", path: path) }
    defer { close(handle) }
    guard retrying({ fsync(handle) }) == 0 else {
      throw failure("syncing the directory", path: path)
    }
  }
}
