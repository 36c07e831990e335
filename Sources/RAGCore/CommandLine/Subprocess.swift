/// Runs a command as its own process group: bytes in, bytes out, bounded in time and size.
///
/// The command is found through `PATH` and run as argv, never by a shell. It gets this process's
/// environment and working directory, default signal handling, and no file descriptor but the
/// standard three. Standard input, output and error are served at once by a thread of their own,
/// so no order of reading and writing can block it, and a command that stops reading its input
/// raises no SIGPIPE here.
///
/// The whole process group is killed when the time is over, the output passes its bound, or the
/// task or iteration that waits for it ends.
///
/// ```swift
/// let command = Subprocess(
///   try CommandLineArguments(parsing: "pdftotext - -").words,
///   outputByteCount: limits.documentByteCount, outputLimitName: "documentByteCount",
///   duration: limits.commandDuration)
/// let text = try await command.run(stdin: bytes)
/// for try await piece in command.stream(stdin: bytes) { … }
/// ```
package struct Subprocess: Sendable {
  /// The command and its arguments.
  package var arguments: [String]
  /// The most bytes of standard output.
  package var outputByteCount: Int
  /// The field of ``Limits`` that `outputByteCount` comes from, for the error.
  package var outputLimitName: String
  /// How long the command may run, from start to exit.
  package var duration: Duration
  /// The code of the error when the command itself fails.
  package var failureCode: RAGError.Code

  /// Describes a command; nothing runs yet.
  package init(
    _ arguments: [String], outputByteCount: Int, outputLimitName: String, duration: Duration,
    failureCode: RAGError.Code = .io
  ) {
    self.arguments = arguments
    self.outputByteCount = outputByteCount
    self.outputLimitName = outputLimitName
    self.duration = duration
    self.failureCode = failureCode
  }

  /// Runs the command to its end and gives all of its standard output.
  /// - Throws: ``RAGError``: `notFound` when there is no such command; `limitExceeded` when it
  ///   runs or writes too long; `cancelled` with the task; `invalidInput` for arguments that
  ///   cannot be passed; `failureCode` when it exits with another status than 0 or by a signal,
  ///   with the last line of its standard error.
  package func run(stdin: [UInt8]) async throws -> [UInt8] {
    var output: [UInt8] = []
    for try await piece in stream(stdin: stdin) { output.append(contentsOf: piece) }
    // A cancelled iteration ends like a finished one.
    if Task.isCancelled { throw RAGError(.cancelled, "\(name) was cancelled") }
    return output
  }

  /// Starts the command and gives its standard output as it comes, in non-empty pieces.
  ///
  /// Ending the iteration or cancelling its task kills the command. The pieces not yet taken are
  /// kept, at most `outputByteCount` bytes in all. The stream throws what `run` throws, except
  /// that a cancelled task just sees its end.
  package func stream(stdin: [UInt8]) -> AsyncThrowingStream<[UInt8], any Error> {
    AsyncThrowingStream { continuation in
      do {
        let stop = try StopSignal()
        continuation.onTermination = { _ in stop.raise() }
        try SubprocessPump.startThread {
          do {
            try SubprocessPump(self, stop: stop).run(stdin: stdin) { continuation.yield($0) }
            continuation.finish()
          } catch RAGError.Code.cancelled {
            continuation.finish()
          } catch {
            continuation.finish(throwing: error)
          }
        }
      } catch {
        continuation.finish(throwing: error)
      }
    }
  }

  /// The command as errors name it; its arguments may be private.
  var name: String {
    let command = arguments.first ?? ""
    return "the command '\(command.split(separator: "/").last.map(String.init) ?? command)'"
  }
}
