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

/// Ends a command, from any thread, once: kills its processes, and wakes the thread that serves it
/// out of `poll`.
///
/// They are killed by the one who raises the signal: the thread may not come to it before the program
/// ends, and would leave them behind.
final class StopSignal: Sendable {
  private struct State {
    var isRaised = false
    /// Until the leader is reaped, its number cannot be given to another process or group.
    var group: pid_t?
  }

  /// Becomes readable once the signal is raised.
  let descriptor: Int32
  private let writing: Int32
  private let state = Locked(State())

  init() throws {
    (descriptor, writing) = try SystemFunctions.makePipe(flags: O_NONBLOCK)
  }

  deinit {
    close(descriptor)
    close(writing)
  }

  /// Has the leader of a group started, unless the signal is raised.
  func start(_ spawn: () -> pid_t?) -> pid_t? {
    state.withLock { state in
      if !state.isRaised { state.group = spawn() }
      return state.group
    }
  }

  /// Reaps the leader if it has ended; gives what waitpid(2) does.
  func reap(_ leader: pid_t, _ status: inout Int32) -> pid_t {
    state.withLock { state in
      let result = waitpid(leader, &status, WNOHANG)
      if result != 0 { state.group = nil }
      return result
    }
  }

  func raise() {
    // First, so that the end of a killed command is not taken for its own. Both ends are open as long
    // as self is, so this neither fails nor raises SIGPIPE.
    _ = write(writing, [1 as UInt8], 1)
    state.withLock { state in
      state.isRaised = true
      if let group = state.group { kill(-group, SIGKILL) }
      state.group = nil
    }
  }
}
