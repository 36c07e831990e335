import Dispatch
import Foundation
import Synchronization

/// Runs work on as many threads as asked for, however few processors there are, to the end of all.
func together(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let group = DispatchGroup()
  for worker in 0..<count {
    group.enter()
    Thread.detachNewThread {
      body(worker)
      group.leave()
    }
  }
  group.wait()
}

/// Work on many cases at once, each worker in a directory of its own.
enum Workers {
  static func tally<Case: Sendable>(
    _ cases: [Case], in scratch: Scratch, _ empty: @Sendable () -> Tally,
    _ body: @Sendable (Case, Scratch, inout Tally) throws -> Void
  ) throws -> Tally {
    let next = Atomic(0)
    let total = Mutex(empty())
    let failure = Mutex<(any Error)?>(nil)
    let homes = try (0..<ProcessInfo.processInfo.activeProcessorCount).map {
      try scratch.child("worker\($0)")
    }
    DispatchQueue.concurrentPerform(iterations: homes.count) { worker in
      var tally = empty()
      do {
        while true {
          let number = next.add(1, ordering: .relaxed).oldValue
          guard number < cases.count else { break }
          try body(cases[number], homes[worker], &tally)
        }
      } catch {
        failure.withLock { $0 = error }
      }
      total.withLock { $0.add(tally) }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return total.withLock { $0 }
  }
}
