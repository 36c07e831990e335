import Glibc
import RAG

/// Standard input as a whole, read as it comes and never beyond a bound.
struct StandardInput {
  private let limits: Limits
  private var buffer: [UInt8] = []
  private var isAtEnd = false
  private static let pieceByteCount = 64 << 10

  init(_ limits: Limits = Limits()) { self.limits = limits }

  /// All of it, as one document.
  /// - Throws: ``RAGError`` of code `limitExceeded`, `cancelled` or `io`.
  mutating func readAll() throws -> [UInt8] {
    while try readPiece() {
      guard buffer.count <= limits.documentByteCount else {
        throw RAGError(
          .limitExceeded,
          "standard input has more than \(limits.documentByteCount) bytes (Limits.documentByteCount)"
        )
      }
    }
    defer { buffer = [] }
    return buffer
  }

  /// Adds what there is to read to the buffer; false at the end.
  private mutating func readPiece() throws -> Bool {
    while !isAtEnd {
      var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      // Now and then awake, to see whether the task was cancelled.
      let ready = poll(&entry, 1, 100)
      if Task.isCancelled { throw RAGError(.cancelled, "reading was cancelled") }
      if ready == 0 { continue }
      let start = buffer.count
      buffer.append(contentsOf: repeatElement(0, count: Self.pieceByteCount))
      let count = buffer.withUnsafeMutableBytes {
        read(STDIN_FILENO, $0.baseAddress.map { $0 + start }, Self.pieceByteCount)
      }
      buffer.removeLast(Self.pieceByteCount - max(0, count))
      if count > 0 { return true }
      if count == 0 {
        isAtEnd = true
      } else if errno != EINTR, errno != EAGAIN {
        throw RAGError(.io, "cannot read standard input: \(String(cString: strerror(errno)))")
      }
    }
    return false
  }
}
