import Foundation
import Glibc

/// Room in the address space for the threads that a command works with.
///
/// Where a limit (`ulimit -v`) leaves none, libdispatch tries once a second, for ever, to start the
/// thread that is to run a task (`_dispatch_temporary_resource_shortage`): nobody is told.
enum ThreadRoom {
  /// Whether the threads have room now; without a limit they always have.
  static var isEnough: Bool {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
      limit.rlim_cur != rlim_t.max
    else { return true }
    // One a processor, dispatch's own, and those that wait for files and children.
    let byteCount = (ProcessInfo.processInfo.activeProcessorCount + 4) * stackByteCount
    let probe = mmap(
      nil, byteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let probe, probe != MAP_FAILED else { return false }
    munmap(probe, byteCount)
    return true
  }

  /// What one thread takes, with the page that guards it.
  private static var stackByteCount: Int {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    var byteCount = 0
    pthread_attr_getstacksize(&attributes, &byteCount)
    return byteCount + Int(getpagesize())
  }
}
