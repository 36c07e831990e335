import Glibc
import RAGCore

/// The right to write an index, held by one process and one task at a time.
///
/// A kernel lock (`flock`) on a file in the index directory: it ends with its owner, however
/// that ends.
package final class WriterLock: Sendable {
  private let descriptor: CInt

  private init(descriptor: CInt) { self.descriptor = descriptor }

  deinit {
    // A child between fork and exec has a copy of the descriptor, which would keep the lock.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Takes the lock, trying for as long as `wait`.
  /// - Throws: ``RAGError`` of code `busy` when another writer keeps it, `readOnly` or `io` when
  ///   the lock file cannot be opened, `cancelled`.
  package static func acquire(_ path: String, wait: Duration) async throws -> WriterLock {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      let reason = errno
      let code: RAGError.Code =
        reason == EROFS || reason == EACCES ? .readOnly : reason == ENOSPC ? .diskFull : .io
      throw RAGError(
        code,
        "the index cannot be written: \(String(cString: strerror(reason)))"
          + (code == .readOnly ? "; check its permissions, or work on a copy of it" : ""),
        path: path)
    }
    let lock = WriterLock(descriptor: descriptor)
    let deadline = ContinuousClock.now + wait
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw RAGError(
          .io, "cannot lock the index: \(String(cString: strerror(errno)))", path: path)
      }
      guard ContinuousClock.now < deadline else {
        throw RAGError(
          .busy, "another process is writing to this index; retry when it is done", path: path)
      }
      do {
        try await Task.sleep(for: .milliseconds(20))
      } catch {
        throw RAGError(.cancelled, "cancelled while waiting for the index", path: path)
      }
    }
    return lock
  }
}
