import CRAGKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Threads that do the units of one phase after another: one that leads, and others that help when
/// they get to run.
///
/// A phase opens when all units of the one before are done. The leader takes units too and waits
/// for nobody who has not taken one, so it ends alone where no thread is free to help.
package final class Team: Sendable {
  /// Phase, number of its units and next unit: 24, 20 and 20 bits. After the last phase, all bits of
  /// the first part are set.
  private let claims = Atomic<UInt64>(0)
  private let finishedCount = Atomic<Int>(0)
  private static let closed = UInt64.max >> 40

  package init() {}

  /// Does all units of a phase; `phase` is above the last one and 0.
  package func lead(phase: Int, unitCount: Int, _ work: (Int) -> Void) {
    precondition((0..<(1 << 20)).contains(unitCount) && phase < Self.closed)
    finishedCount.store(0, ordering: .relaxed)
    claims.store(UInt64(phase) << 40 | UInt64(unitCount) << 20, ordering: .releasing)
    while let claim = claim() {
      work(claim.unit)
      finishedCount.add(1, ordering: .releasing)
    }
    var waits = 0
    while finishedCount.load(ordering: .acquiring) < unitCount { Self.wait(&waits) }
  }

  /// Does units until the team is closed.
  package func help(_ work: (_ phase: Int, _ unit: Int) -> Void) {
    var waits = 0
    while claims.load(ordering: .acquiring) >> 40 != Self.closed {
      guard let claim = claim() else {
        Self.wait(&waits)
        continue
      }
      work(claim.phase, claim.unit)
      finishedCount.add(1, ordering: .releasing)
      waits = 0
    }
  }

  /// Sends the helpers home; no phase is open.
  package func close() { claims.store(Self.closed << 40, ordering: .releasing) }

  private func claim() -> (phase: Int, unit: Int)? {
    var word = claims.load(ordering: .acquiring)
    while true {
      let next = word & 0xFFFFF
      guard next < word >> 20 & 0xFFFFF else { return nil }
      let (exchanged, original) = claims.weakCompareExchange(
        expected: word, desired: word + 1, ordering: .acquiringAndReleasing)
      if exchanged { return (Int(word >> 40), Int(next)) }
      word = original
    }
  }

  /// Phases follow within microseconds, so waiting is not sleeping; but another thread of the
  /// machine may need this core.
  private static func wait(_ waits: inout Int) {
    waits += 1
    if waits.isMultiple(of: 1024) { sched_yield() } else { rag_pause() }
  }
}
