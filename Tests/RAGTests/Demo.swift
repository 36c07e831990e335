import Foundation
import RAG
import RAGCore
import Testing

/// The index that tools/demo makes, and the binary it makes it with.
enum Demo {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path(percentEncoded: false)

  private static let environment = ProcessInfo.processInfo.environment

  static var cache: String {
    (environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache") + "/rag"
  }

  static var encoder: String { cache + "/models/all-MiniLM-L6-v2" }
  static var index: String { cache + "/demo-2-int8" }

  /// The `rag` that the tests were built with.
  static var binary: String {
    URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "rag").path(percentEncoded: false)
  }

  static var isReady: Bool {
    [encoder, cache + "/corpora/sqlite3-doc", binary].allSatisfy {
      FileManager.default.fileExists(atPath: $0)
    }
  }

  static let remedy: Comment = "run tools/test, which fetches the model and the corpus"

  static func engine() async throws -> Engine {
    try await Engine.open(at: index, encoder: BERTEncoder(directory: encoder), for: .read)
  }

  /// Runs tools/demo with the binary at hand, and returns what it prints.
  static func run() async throws -> String {
    try await run(["env", "RAG_BINARY=" + binary, root + "tools/demo"])
  }

  /// Runs a command without holding a thread that other tests need, and returns what it prints.
  static func run(_ arguments: [String]) async throws -> String {
    let command = Subprocess(
      arguments, outputByteCount: 1 << 24, outputLimitName: "documentByteCount",
      duration: .seconds(3600))
    return String(decoding: try await command.run(stdin: []), as: UTF8.self)
  }
}
