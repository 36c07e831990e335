import Glibc
import Testing

@testable import RAGCore

@Suite("A stop signal")
struct StopSignalTests {
  private func sleeper() -> pid_t? {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var words = [strdup("sleep"), strdup("1000"), nil]
    defer { for word in words { free(word) } }
    var identifier: pid_t = 0
    return posix_spawnp(&identifier, "sleep", nil, &attributes, &words, environ) == 0
      ? identifier : nil
  }

  @Test("kills the command before it returns, and lets none start after it")
  func kills() throws {
    let stop = try StopSignal()
    let leader = try #require(stop.start(sleeper))
    var status: Int32 = 0
    #expect(stop.reap(leader, &status) == 0)
    stop.raise()
    #expect(waitpid(leader, &status, 0) == leader)
    #expect(status & 0x7F == SIGKILL)
    #expect(stop.start(sleeper) == nil)
  }
}
