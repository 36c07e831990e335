import Glibc
import RAG

/// The program `rag`.
@main
enum Main {
  static func main() async {
    // A closed pipe and the limit on file sizes come as errors of `write`, not as signals.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    // Swift's runtime would print a backtrace.
    signal(SIGQUIT, SIG_DFL)
    // Else a file of ours would be opened in the place of a closed stream, and written into.
    for stream in CInt(0)...2 where fcntl(stream, F_GETFD) == -1 {
      // In the other direction, so that using it fails as before.
      _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
    // Else the C library keeps what was freed apart for each thread that worked, some 100 MiB of it
    // after a long ingest.
    SystemCalls.useOneArena()
    if let shortage = ProcessRoom.shortage {
      Messages.error(shortage)
      exit(ExitStatus.failure.rawValue)
    }
    exit(await Runner.run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }
}
