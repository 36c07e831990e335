import Dispatch
import Glibc
import Testing

@testable import RAGCore

@Suite("Cancellation of work on another thread")
struct CancellationTests {
  @Test("Work on a thread without a task learns that its task was cancelled")
  func forwarding() async {
    let (begun, hasBegun) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      try await Cancellation.forwarding { cancellation in
        try await withCheckedThrowingContinuation { continuation in
          DispatchQueue.global().async {
            hasBegun.yield()
            while !cancellation.heeded({ Cancellation.isRequested }) { sched_yield() }
            continuation.resume(
              with: Result { try cancellation.heeded { try Cancellation.check() } })
          }
        }
      }
    }
    for await _ in begun { break }
    task.cancel()
    await #expect { try await task.value } throws: { ($0 as? RAGError)?.code == .cancelled }
  }

  @Test("Work that nobody cancelled goes on")
  func uncancelled() async throws {
    try Cancellation.check()
    try await Cancellation.forwarding { try $0.heeded { try Cancellation.check() } }
  }
}
