import BenchmarkSupport
import Foundation

/// A command that runs in a process of its own, and what that takes.
struct Child {
  struct Cost {
    var seconds: Double
    var processorSeconds: Double
    var peakResidentMiB: Double
    /// Of memory that is no file's; looked at now and then.
    var peakAnonymousMiB: Double
  }

  /// The path of the command, and its arguments.
  var arguments: [String]

  /// Another command of this benchmark.
  static func own(_ arguments: [String]) -> Child {
    Child(arguments: [Bundle.main.executablePath ?? CommandLine.arguments[0]] + arguments)
  }

  /// Runs the command to its end, without settings of the environment for `rag`, and gives what it
  /// printed.
  func run() throws -> (output: Data, cost: Cost) {
    let output = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID())")
    defer { try? FileManager.default.removeItem(at: output) }
    let begun = ContinuousClock.now
    let process = try spawn(writingTo: output.path)
    var (status, usage) = (CInt(0), rusage())
    var (peak, anonymous) = (0.0, 0.0)
    // Not the peak of `rusage`: that is no less than this process's own.
    while wait4(process, &status, WNOHANG, &usage) == 0 {
      if let memory = memory(ofProcess: process) {
        (peak, anonymous) = (max(peak, memory.peak), max(anonymous, memory.anonymous))
      }
      usleep(5_000)
    }
    let elapsed = (ContinuousClock.now - begun) / .seconds(1)
    guard status == 0 else {
      throw Failure(description: "\(arguments.joined(separator: " ")): wait status \(status)")
    }
    let processor = [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
    }
    return (
      try Data(contentsOf: output),
      Cost(
        seconds: elapsed, processorSeconds: processor, peakResidentMiB: peak,
        peakAnonymousMiB: anonymous)
    )
  }

  private func spawn(writingTo output: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let settings = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("RAG_") }
    let words = arguments.map { strdup($0) } + [nil]
    let environment = settings.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + environment { free(word) } }
    var process: pid_t = 0
    let problem = posix_spawn(&process, arguments[0], &actions, nil, words, environment)
    guard problem == 0 else {
      throw Failure(description: "\(arguments[0]): \(String(cString: strerror(problem)))")
    }
    return process
  }

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }
}
