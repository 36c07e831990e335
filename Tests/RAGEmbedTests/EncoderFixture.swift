import Foundation
import RAGCore
import RAGEmbed
import Testing

/// The default encoder, where it has been fetched, and recorded results of its reference.
enum EncoderFixture {
  static let missingModel: Comment = "no encoder is installed: run tools/model, or set RAG_ENCODER"
  static let missingGolden: Comment = "the recorded reference results are not here"

  static var directory: String {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["RAG_ENCODER"] { return path }
    let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
    return cache + "/rag/models/all-MiniLM-L6-v2"
  }

  static var hasModel: Bool {
    FileManager.default.fileExists(atPath: directory + "/model.safetensors")
  }

  static var hasGolden: Bool { FileManager.default.fileExists(atPath: golden.path) }

  static func golden(_ name: String) throws -> Data {
    try Data(contentsOf: golden.appendingPathComponent(name))
  }

  /// The objects of a JSON Lines file.
  static func goldenLines(_ name: String) throws -> [[String: Any]] {
    try golden(name).split(separator: UInt8(ascii: "\n")).compactMap {
      try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any]
    }
  }

  private static var golden: URL {
    URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("../../../shared/golden/encoder").standardized
  }
}

/// A directory that is removed when the closure returns.
func withTemporaryDirectory<Result>(
  _ body: (String) async throws -> Result
) async throws -> Result {
  let path = NSTemporaryDirectory() + "rag-embed-" + UUID().uuidString
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try await body(path)
}

/// A generator with a seed, so that a failure can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// The error that a closure throws, or nil.
func thrownError(_ body: () throws -> Void) -> RAGError? {
  do {
    try body()
    return nil
  } catch { return error as? RAGError }
}
