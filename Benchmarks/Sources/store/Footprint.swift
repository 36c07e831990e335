import ArgumentParser
import BenchmarkSupport
import Foundation
import RAG

/// `store footprint`
struct Footprint: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What memory an index takes that is opened and searched.")

  @Argument(help: "An index of 'store growth' or 'store cycles'.") var index: String
  @Option(help: "Hybrid questions.") var questions = 500

  /// What the process has grown by since before the index was opened.
  struct Result: Codable {
    var anonymousMiB: Double
    var fileMiB: Double

    var totalMiB: Double { anonymousMiB + fileMiB }
  }

  func run() async throws {
    var documents = Documents(seed: 8)
    let queries = (0..<questions).map { _ in
      Query(
        (0..<10).map { _ in documents.word() }.joined(separator: " "), vector: documents.vector())
    }
    let before = residentMemory()
    let engine = try await Engine.open(at: index, for: .read)
    for query in queries { _ = try await engine.search(query) }
    let after = residentMemory()
    try printJSON(
      Result(
        anonymousMiB: after.anonymous - before.anonymous, fileMiB: after.file - before.file))
    withExtendedLifetime(engine) {}
  }

  /// Of an index, in a process that holds nothing else.
  static func measured(_ index: String) throws -> Result {
    try JSONDecoder().decode(Result.self, from: Child.own(["footprint", index]).run().output)
  }
}
