import ArgumentParser
import BenchmarkSupport
import RAG

/// `store opening`
struct Opening: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Opens an index and answers one question.")

  @Argument(help: "An index of 'store growth'.") var index: String

  struct Result: Encodable {
    var chunks: Int
    var openMilliseconds: Double
    var firstQueryMilliseconds: Double
    var secondQueryMilliseconds: Double
    var residentAnonymousMiB: Double
    var residentFileMiB: Double
  }

  func run() async throws {
    var documents = Documents(seed: 8)
    let queries = (0..<2).map { _ in
      Query(
        (0..<10).map { _ in documents.word() }.joined(separator: " "), vector: documents.vector())
    }
    var opened: Engine?
    let opening = try await seconds { opened = try await Engine.open(at: index, for: .read) }
    guard let engine = opened else { return }
    let first = try await seconds { _ = try await engine.search(queries[0]) }
    let second = try await seconds { _ = try await engine.search(queries[1]) }
    let memory = residentMemory()
    try printJSON(
      Result(
        chunks: try await engine.status().chunks, openMilliseconds: opening * 1_000,
        firstQueryMilliseconds: first * 1_000, secondQueryMilliseconds: second * 1_000,
        residentAnonymousMiB: memory.anonymous, residentFileMiB: memory.file))
  }
}
