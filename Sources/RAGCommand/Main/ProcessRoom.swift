import Foundation
import Glibc

/// What a command needs of its process before its first task.
enum ProcessRoom {
  /// What is missing, and how to get it; nil: nothing.
  static var shortage: String? {
    if !hasThreads {
      return "a limit on memory leaves no room for threads; raise it ('ulimit -v unlimited')"
    }
    if !hasDescriptors {
      return "fewer than \(descriptorCount) files may be open; raise the limit ('ulimit -n 256')"
    }
    return nil
  }

  /// Files that a command has open at a time, with those of libdispatch, and some to spare.
  private static let descriptorCount = 48

  /// Whether so many files may be open; libdispatch ends the process by a signal when its own do
  /// not open.
  private static var hasDescriptors: Bool {
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0
      || limit.rlim_cur >= rlim_t(descriptorCount)
  }

  /// Whether threads have room in the address space; without a limit they always have.
  ///
  /// Where one (`ulimit -v`) leaves none, libdispatch tries once a second, for ever, to start the
  /// thread that is to run a task (`_dispatch_temporary_resource_shortage`): nobody is told.
  private static var hasThreads: Bool {
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
