import Dispatch
import Glibc
import Synchronization
import Testing

@testable import RAGCore

@Suite("Work that another thread does if one is free")
struct ConcurrentWorkTests {
  @Test("is done once, and gives the same to all who ask")
  func once() throws {
    let count = Atomic(0)
    for number in 0..<1_000 {
      let work = ConcurrentWork { (number, count.add(1, ordering: .relaxed).newValue) }
      for _ in 0..<2 { #expect(try work.result() == (number, number + 1)) }
    }
  }

  @Test("is done by the thread that asks where all others wait for such work")
  func saturated() {
    // More than Dispatch has threads for.
    DispatchQueue.concurrentPerform(iterations: 300) { number in
      let works = (0..<4).map { part in ConcurrentWork { number * 4 + part } }
      for (part, work) in works.enumerated() {
        #expect((try? work.result()) == number * 4 + part)
      }
    }
  }

  @Test("gives its error to who asks")
  func failure() {
    let work = ConcurrentWork<Int> { throw RAGError(.io, "broken") }
    #expect { try work.result() } throws: { RAGError.Code.io ~= $0 }
  }

  @Test("is cancelled with the task that it is for")
  func cancelled() async {
    let (begun, hasBegun) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      try await Cancellation.forwarding { cancellation in
        try await withCheckedThrowingContinuation { continuation in
          DispatchQueue.global().async {
            let work = cancellation.heeded {
              ConcurrentWork<Void> {
                hasBegun.yield()
                while true {
                  try Cancellation.check()
                  // A thread that spins has others wait for it.
                  usleep(1_000)
                }
              }
            }
            continuation.resume(with: Result { try work.result() })
          }
        }
      }
    }
    for await _ in begun { break }
    task.cancel()
    await #expect { try await task.value } throws: { RAGError.Code.cancelled ~= $0 }
  }
}
