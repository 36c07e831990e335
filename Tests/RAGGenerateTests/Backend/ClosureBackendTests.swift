import RAGCore
import RAGGenerate
import Testing

@Suite struct ClosureBackendTests {
  private let prompt = ModelPrompt(system: "s", user: "u")

  @Test func `a closure answers with one string`() async throws {
    let backend = ClosureBackend(name: "echo", contextTokenCount: 99) { $0.system + $0.user }
    #expect(backend.name == "echo")
    #expect(backend.contextTokenCount == 99)
    var pieces: [String] = []
    for try await piece in backend.generate(prompt) { pieces.append(piece) }
    #expect(pieces == ["su"])
  }

  @Test func `a closure answers with pieces`() async throws {
    var pieces: [String] = []
    for try await piece in scripted(["a", "b"]).generate(prompt) { pieces.append(piece) }
    #expect(pieces == ["a", "b"])
  }

  @Test func `its errors come through`() async throws {
    struct Fault: Error {}
    let backend = ClosureBackend(answer: { _ in throw Fault() })
    await #expect(throws: Fault.self) {
      for try await _ in backend.generate(prompt) {}
    }
  }

  @Test func `ending the iteration cancels the closure`() async throws {
    let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
    let backend = ClosureBackend(pieces: { _ in
      AsyncStream<String> { pieces in
        pieces.yield("first")
        pieces.onTermination = { _ in continuation.finish() }
      }
    })
    for try await _ in backend.generate(prompt) { break }
    for await _ in ended {}
  }
}
