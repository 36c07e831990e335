import Glibc
import RAG

/// The lines of a file or of standard input, one at a time.
struct LineReader: AsyncSequence, AsyncIteratorProtocol {
  /// A document with its source and vectors is a few times as long as the source.
  private static let longestLine = 8 * Limits().documentByteCount

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  /// Reads a file; nil: standard input.
  /// - Throws: ``RAGError`` `notFound`, `invalidInput` or `io`.
  init(_ path: String?) throws {
    guard let path else {
      descriptor = STDIN_FILENO
      return
    }
    // Open until the process ends, as standard input is.
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw RAGError(
        errno == ENOENT ? .notFound : .io, String(cString: strerror(errno)), path: path)
    }
    var status = stat()
    guard fstat(descriptor, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR else {
      throw RAGError(.invalidInput, "is a directory; name a file", path: path)
    }
  }

  func makeAsyncIterator() -> LineReader { self }

  /// Reads the first line, which stays the next one.
  mutating func first() async throws -> [UInt8]? {
    // Nothing of the buffer is given up for it.
    defer { start = 0 }
    return try await next()
  }

  mutating func next() async throws -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        defer { start = end + 1 }
        return Array(buffer[start..<end])
      }
      if isAtEnd {
        defer { start = buffer.count }
        return start < buffer.count ? Array(buffer[start...]) : nil
      }
      guard buffer.count - start <= Self.longestLine else {
        throw RAGError(
          .limitExceeded,
          "a line is longer than \(Self.longestLine) bytes (8 times Limits.documentByteCount)")
      }
      buffer.removeSubrange(..<start)
      start = 0
      searched = buffer.count
      try fill()
    }
  }

  private mutating func fill() throws {
    // Now and then awake, to see whether the task was cancelled.
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while poll(&entry, 1, 100) == 0 {
      if Task.isCancelled { throw RAGError(.cancelled, "reading was cancelled") }
    }
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    let count = read(descriptor, &piece, piece.count)
    if count < 0, errno == EINTR { return }
    guard count >= 0 else {
      throw RAGError(.io, "cannot read: \(String(cString: strerror(errno)))")
    }
    isAtEnd = count == 0
    buffer += piece.prefix(count)
  }
}
