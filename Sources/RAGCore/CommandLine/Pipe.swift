import Glibc

/// A file descriptor that is closed once: by `close` or with its owner.
final class Descriptor {
  /// The number, or -1 once closed.
  private(set) var number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { close() }

  var isOpen: Bool { number >= 0 }

  func close() {
    guard isOpen else { return }
    _ = Glibc.close(number)
    number = -1
  }

  func makeNonBlocking() throws {
    guard fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) >= 0 else {
      throw RAGError(.io, "cannot set up a pipe: \(String(cString: strerror(errno)))")
    }
  }

  /// What there is to read now: nil when nothing; closes itself and gives `[]` at the end.
  ///
  /// The piece is copied out of `buffer`, so that many short pieces stay small.
  func readPiece(through buffer: inout [UInt8]) throws -> [UInt8]? {
    let length = read(number, &buffer, buffer.count)
    if length < 0 {
      if errno == EAGAIN || errno == EINTR { return nil }
      throw RAGError(.io, "cannot read from a pipe: \(String(cString: strerror(errno)))")
    }
    if length == 0 { close() }
    return Array(buffer[..<length])
  }
}

/// A pipe whose ends are close-on-exec and clear of the standard three numbers, so that moving
/// one of them there in a child cannot overwrite another.
struct Pipe {
  let read: Descriptor
  let write: Descriptor

  init() throws {
    let numbers = try SystemFunctions.makePipe()
    let ends = (Descriptor(numbers.read), Descriptor(numbers.write))
    read = try Self.raised(ends.0)
    write = try Self.raised(ends.1)
  }

  private static func raised(_ end: Descriptor) throws -> Descriptor {
    guard end.number < 3 else { return end }
    let number = fcntl(end.number, F_DUPFD_CLOEXEC, 3)
    guard number >= 0 else {
      throw RAGError(.io, "cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    return Descriptor(number)
  }
}

/// Wakes a thread out of `poll`, from any thread, once.
final class StopSignal: Sendable {
  /// Becomes readable once the signal is raised.
  let descriptor: Int32
  private let writing: Int32

  init() throws {
    (descriptor, writing) = try SystemFunctions.makePipe(flags: O_NONBLOCK)
  }

  deinit {
    close(descriptor)
    close(writing)
  }

  func raise() {
    // Both ends are open as long as self is, so this neither fails nor raises SIGPIPE.
    _ = write(writing, [1 as UInt8], 1)
  }
}
