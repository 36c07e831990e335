@preconcurrency import Glibc

/// One run of a ``Subprocess`` on a thread of its own: spawn, serve the three pipes, reap.
struct SubprocessPump {
  private static let pieceByteCount = 64 << 10
  private static let errorTailByteCount = 4 << 10

  let command: Subprocess
  let stop: StopSignal
  private let deadline: ContinuousClock.Instant

  init(_ command: Subprocess, stop: StopSignal) {
    self.command = command
    self.stop = stop
    self.deadline = .now.advanced(by: command.duration)
  }

  /// Runs the command; every piece of its output goes to `yield`.
  func run(stdin: [UInt8], yield: ([UInt8]) -> Void) throws {
    let input = try Pipe()
    let output = try Pipe()
    let errors = try Pipe()
    let process = try spawn(
      stdin: input.read.number, stdout: output.write.number, stderr: errors.write.number)
    input.read.close()
    output.write.close()
    errors.write.close()
    do {
      let tail = try serve(
        stdin: stdin, input: input.write, output: output.read, errors: errors.read, yield: yield)
      try check(status: try wait(for: process), errorTail: tail)
    } catch {
      if process.isRunning {
        stop.raise()
        process.reap()
      }
      throw error
    }
  }

  // MARK: Serving the pipes

  /// Feeds and drains until output and errors have ended; gives the end of the errors.
  private func serve(
    stdin: [UInt8], input: Descriptor, output: Descriptor, errors: Descriptor,
    yield: ([UInt8]) -> Void
  ) throws -> [UInt8] {
    for descriptor in [input, output, errors] { try descriptor.makeNonBlocking() }
    var written = 0
    var outputByteCount = 0
    var tail: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: Self.pieceByteCount)
    if stdin.isEmpty { input.close() }
    while output.isOpen || errors.isOpen {
      // Closed descriptors are -1, which `poll` passes over.
      var entries = [
        pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: input.number, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: output.number, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errors.number, events: Int16(POLLIN), revents: 0),
      ]
      try wait(on: &entries)
      if entries[1].revents != 0 {
        switch stdin[written...].withUnsafeBytes({ write(input.number, $0.baseAddress, $0.count) })
        {
        case let count where count >= 0: written += count
        case _ where errno == EAGAIN || errno == EINTR: break
        default: written = stdin.count  // it reads no more: its exit status decides
        }
        if written == stdin.count { input.close() }
      }
      if entries[2].revents != 0, let piece = try output.readPiece(through: &buffer) {
        outputByteCount += piece.count
        if outputByteCount > command.outputByteCount {
          throw RAGError(
            .limitExceeded,
            "\(command.name) wrote more than \(command.outputByteCount) bytes "
              + "(Limits.\(command.outputLimitName)) and was stopped")
        }
        if !piece.isEmpty { yield(piece) }
      }
      if entries[3].revents != 0, let piece = try errors.readPiece(through: &buffer) {
        tail.append(contentsOf: piece)
        tail.removeFirst(max(0, tail.count - Self.errorTailByteCount))
      }
    }
    return tail
  }

  /// Waits until a descriptor is ready.
  /// - Throws: when the run was stopped or its time is over.
  private func wait(on entries: inout [pollfd], atMost limit: Duration? = nil) throws {
    let left = ContinuousClock.now.duration(to: deadline)
    guard left > .zero else {
      throw RAGError(
        .limitExceeded,
        "\(command.name) ran longer than \(command.duration) (Limits.commandDuration) "
          + "and was stopped")
    }
    let bound = min(left, limit ?? .seconds(60), .seconds(60))
    let milliseconds =
      bound.components.seconds * 1000 + bound.components.attoseconds / 1_000_000_000_000_000
    let ready = poll(&entries, nfds_t(entries.count), Int32(milliseconds) + 1)
    if ready < 0, errno != EINTR, errno != EAGAIN { throw systemError("poll", errno) }
    if ready > 0, entries[0].revents != 0 {
      throw cancelled
    }
  }

  private var cancelled: RAGError { RAGError(.cancelled, "\(command.name) was cancelled") }

  // MARK: The process

  private final class Process {
    let identifier: pid_t
    private(set) var isRunning = true

    init(identifier: pid_t) { self.identifier = identifier }

    /// The raw wait status once the process has ended; nil while it runs.
    func poll(_ stop: StopSignal) throws -> Int32? {
      var status: Int32 = 0
      while true {
        switch stop.reap(identifier, &status) {
        case 0: return nil
        case identifier:
          isRunning = false
          return status
        default:
          if errno == EINTR { continue }
          isRunning = false
          throw RAGError(
            .io, "the exit status of a command is lost; do not ignore SIGCHLD in this process")
        }
      }
    }

    /// Waits for a process that was killed.
    func reap() {
      var status: Int32 = 0
      while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
      isRunning = false
    }
  }

  /// Waits for the exit of a process that has closed its output, which is nearly always at once.
  private func wait(for process: Process) throws -> Int32 {
    var pause = Duration.milliseconds(1)
    while true {
      if let status = try process.poll(stop) { return status }
      var entries = [pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)]
      try wait(on: &entries, atMost: pause)
      pause = min(pause * 2, .milliseconds(100))
    }
  }

  private func check(status: Int32, errorTail: [UInt8]) throws {
    let signal = status & 0x7F
    let code = (status >> 8) & 0xFF
    guard signal != 0 || code != 0 else { return }
    let reason = signal != 0 ? "was ended by signal \(signal)" : "failed with status \(code)"
    let lines = String(decoding: errorTail, as: UTF8.self).split(whereSeparator: \.isNewline)
    let last = lines.last { line in line.contains { !$0.isWhitespace } }
    let printable = (last ?? "").unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
    let detail = String(String.UnicodeScalarView(printable)).prefix(300)
    throw RAGError(
      command.failureCode, "\(command.name) \(reason)" + (detail.isEmpty ? "" : ": \(detail)"))
  }

  private func spawn(stdin: Int32, stdout: Int32, stderr: Int32) throws -> Process {
    guard let name = command.arguments.first, !name.isEmpty else {
      throw RAGError(.invalidInput, "no command to run")
    }
    guard !command.arguments.contains(where: { $0.utf8.contains(0) }) else {
      throw RAGError(.invalidInput, "an argument of \(command.name) contains a NUL character")
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, target) in [(stdin, 0), (stdout, 1), (stderr, 2)] as [(Int32, Int32)] {
      posix_spawn_file_actions_adddup2(&actions, number, target)
    }
    // Descriptors that other code opened without close-on-exec stay here too.
    if let addCloseFrom = SystemFunctions.addCloseFrom { _ = addCloseFrom(&actions, 3) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var words: [UnsafeMutablePointer<CChar>?] = command.arguments.map { strdup($0) }
    defer { words.forEach { free($0) } }
    words.append(nil)
    var code: Int32 = 0
    let identifier = stop.start {
      var identifier: pid_t = 0
      code = posix_spawnp(&identifier, name, &actions, &attributes, words, environ)
      return code == 0 ? identifier : nil
    }
    if let identifier { return Process(identifier: identifier) }
    switch code {
    case 0: throw cancelled
    case ENOENT:
      throw RAGError(
        .notFound, "\(command.name) was not found; install it, or give its full path")
    case EACCES, ENOEXEC:
      throw RAGError(.invalidInput, "\(command.name) is not an executable program")
    default: throw systemError("start", code)
    }
  }

  private func systemError(_ what: String, _ code: Int32) -> RAGError {
    RAGError(.io, "cannot \(what) \(command.name): \(String(cString: strerror(code)))")
  }

  // MARK: The thread

  /// Runs `body` on a detached thread that takes no signals: a SIGPIPE of its writes stays
  /// pending and goes with it.
  static func startThread(_ body: @escaping @Sendable () -> Void) throws {
    final class Box {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, &attributes,
      { context in
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        guard let context else { return nil }
        Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    guard code == 0 else {
      box.release()
      throw RAGError(.io, "cannot start a thread: \(String(cString: strerror(code)))")
    }
  }
}
