import Glibc
import RAG

/// Standard output was closed by its reader (`| head`): the command ends quietly.
struct ClosedOutput: Error {}

/// Standard output, which carries data only.
enum StandardOutput {
  /// Writes a text.
  /// - Throws: ``ClosedOutput``; ``RAGError`` of code `diskFull` or `io`.
  static func write(_ text: String) throws {
    try write(Array(text.utf8))
  }

  /// Writes bytes, all of them, and waits for a reader that is slow as long as the task is wanted.
  static func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        try waitForRoom()
        // As many as a pipe that has room takes without waiting.
        let piece = rest.prefix(Int(PIPE_BUF))
        let count = Glibc.write(STDOUT_FILENO, piece.baseAddress, piece.count)
        if count >= 0 {
          rest = rest.dropFirst(count)
          continue
        }
        switch errno {
        case EINTR, EAGAIN: continue
        case EPIPE: throw ClosedOutput()
        case ENOSPC, EDQUOT, EFBIG:
          throw RAGError(.diskFull, "cannot write to standard output: \(systemMessage())")
        default:
          throw RAGError(.io, "cannot write to standard output: \(systemMessage())")
        }
      }
    }
  }

  private static func waitForRoom() throws {
    var entry = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    // Now and then awake, to see whether the task was cancelled.
    while poll(&entry, 1, 100) == 0 { try Cancellation.check() }
  }

  private static func systemMessage() -> String { String(cString: strerror(errno)) }
}

extension Slice<UnsafeRawBufferPointer> {
  /// The address of the first byte; nil when empty.
  fileprivate var baseAddress: UnsafeRawPointer? {
    UnsafeRawBufferPointer(rebasing: self).baseAddress
  }
}
