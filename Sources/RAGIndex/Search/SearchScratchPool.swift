#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Hands out working memory, one to each search that runs at the moment, and keeps it for the next.
///
/// The lock is a POSIX one: ThreadSanitizer follows it, while it takes code under the toolchain's
/// `Mutex` for a race (Swift 6.3, Linux).
///
/// `@unchecked Sendable`: `idle` is touched only between locking and unlocking.
final class SearchScratchPool: @unchecked Sendable {
  private var idle: [SearchScratch] = []
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() {
    lock.initialize(to: pthread_mutex_t())
    // Fails only for attributes, of which there are none.
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func withScratch<Result>(_ body: (SearchScratch) throws -> Result) rethrows -> Result {
    let scratch = take() ?? SearchScratch()
    defer { putBack(scratch) }
    return try body(scratch)
  }

  private func take() -> SearchScratch? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return idle.popLast()
  }

  private func putBack(_ scratch: SearchScratch) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    idle.append(scratch)
  }
}
