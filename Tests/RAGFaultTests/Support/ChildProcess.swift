import Foundation
import Glibc
import Synchronization

/// What a process left behind.
struct CommandRun: Sendable {
  /// How a process ended.
  enum End: Equatable, Sendable {
    case exit(Int32)
    case signal(Int32)
    /// It was killed because it did not end.
    case hung
  }

  var end: End
  var output: Data
  var errors: String
  /// The most memory it held.
  var residentBytes: Int

  var status: Int32? { if case .exit(let status) = end { status } else { nil } }
  var text: String { String(decoding: output, as: UTF8.self) }
  /// Whether standard error is the one line that a failure prints.
  var hasOneError: Bool {
    errors.hasPrefix("rag: error: ") && errors.split(separator: "\n").count == 1
  }

  /// Whether standard error is warnings alone, of which one tells of damage.
  var warnsOfDamage: Bool {
    let lines = errors.split(separator: "\n")
    return lines.contains { $0.contains("damaged") }
      && lines.allSatisfy { $0.hasPrefix("rag: warning: ") }
  }

  func json() throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: output) as? [String: Any] ?? [:]
  }
}

/// A process that can be watched, signalled and killed.
final class ChildProcess {
  struct Failure: Error {
    var program: String
    var reason: Int32
  }

  /// A process that runs longer than this hangs.
  static let patience = 120_000

  let identifier: pid_t
  private let alive: CInt
  private let output: CInt
  private let errors: CInt

  /// Held from the making of a pipe to its being closed on exec, and while a child starts.
  private static let starting = Mutex(())

  /// Starts a program.
  init(_ program: String, _ arguments: [String], environment: [String: String]) throws {
    let output = Self.file()
    let errors = Self.file()
    // Only the child holds the pipe's other end: when it ends, however that is, the pipe says so.
    let (alive, identifier, reason) = Self.starting.withLock { _ -> (CInt, pid_t, CInt) in
      var ends: [CInt] = [0, 0]
      pipe(&ends)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      defer { close(ends[1]) }
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_adddup2(&actions, output, 1)
      posix_spawn_file_actions_adddup2(&actions, errors, 2)
      // To another number: a descriptor duplicated on itself would keep its FD_CLOEXEC.
      posix_spawn_file_actions_adddup2(&actions, ends[1], 200)
      // As on a terminal, also where these tests ignore Ctrl-C.
      var attributes = posix_spawnattr_t()
      posix_spawnattr_init(&attributes)
      defer { posix_spawnattr_destroy(&attributes) }
      var signals = sigset_t()
      sigemptyset(&signals)
      for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] { sigaddset(&signals, signal) }
      posix_spawnattr_setsigdefault(&attributes, &signals)
      posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
      var words = ([program] + arguments).map { strdup($0) } + [nil]
      var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
      defer { for word in words + variables { free(word) } }
      var identifier: pid_t = 0
      let reason = posix_spawn(
        &identifier, program, &actions, &attributes, &words, &variables)
      return (ends[0], identifier, reason)
    }
    guard reason == 0 else {
      for descriptor in [alive, output, errors] { close(descriptor) }
      throw Failure(program: program, reason: reason)
    }
    self.identifier = identifier
    self.alive = alive
    self.output = output
    self.errors = errors
  }

  /// A file without a name.
  private static func file() -> CInt {
    let path =
      FileManager.default.temporaryDirectory.path(percentEncoded: false)
      + "/rag-faults-output-\(UUID().uuidString)"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    unlink(path)
    return descriptor
  }

  func send(_ signal: Int32) { kill(identifier, signal) }

  /// Waits for the end, so long at most, and says whether it came.
  func ends(within milliseconds: Int) -> Bool {
    var sensor = pollfd(fd: alive, events: Int16(POLLIN), revents: 0)
    let deadline = ContinuousClock.now + .milliseconds(milliseconds)
    while true {
      let left = max(0, Int((deadline - .now) / .milliseconds(1)))
      let count = poll(&sensor, 1, CInt(left))
      if count > 0 { return true }
      if count == 0 { return false }
    }
  }

  /// Waits for the end and takes what was written.
  func finish() -> CommandRun {
    let isHung = !ends(within: Self.patience)
    if isHung { send(SIGKILL) }
    var status: CInt = 0
    var usage = rusage()
    while wait4(identifier, &status, 0, &usage) < 0, errno == EINTR {}
    defer { for descriptor in [alive, output, errors] { close(descriptor) } }
    let signal = status & 0x7f
    return CommandRun(
      end: isHung ? .hung : signal != 0 ? .signal(signal) : .exit((status >> 8) & 0xff),
      output: Self.contents(output), errors: String(decoding: Self.contents(errors), as: UTF8.self),
      residentBytes: usage.ru_maxrss * 1024)
  }

  private static func contents(_ descriptor: CInt) -> Data {
    var size = stat()
    fstat(descriptor, &size)
    var bytes = Data(count: Int(size.st_size))
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return bytes.prefix(max(0, count))
  }
}
