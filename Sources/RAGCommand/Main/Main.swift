import Glibc

/// The program `rag`.
@main
enum Main {
  static func main() async {
    // A closed pipe and the limit on file sizes come as errors of `write`, not as signals.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    guard ThreadRoom.isEnough else {
      Messages.error(
        "a limit on memory leaves no room for threads; raise it ('ulimit -v unlimited')")
      exit(ExitStatus.failure.rawValue)
    }
    exit(await Runner.run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }
}
