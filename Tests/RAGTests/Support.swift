import Foundation
import RAG
import Synchronization

/// Runs `body` with a directory that is removed afterwards.
func withTemporaryDirectory<Result>(
  _ body: (TestDirectory) async throws -> Result
) async throws -> Result {
  let path = URL(filePath: "/tmp").appending(path: "rag-engine-\(UUID().uuidString)")
    .path(percentEncoded: false)
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try await body(TestDirectory(path: path))
}

/// A directory with documents in `docs` and an index in `index`.
struct TestDirectory {
  let path: String

  var docs: String { path + "/docs" }
  var index: String { path + "/index" }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Data(text.utf8))
  }

  @discardableResult
  func write(_ name: String, _ data: Data) throws -> String {
    let url = URL(filePath: docs + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
    return url.path(percentEncoded: false)
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: docs + "/" + name)
  }
}

/// Embeds a text as its bag of words, hashed: texts with words in common are near. Counts its work.
final class BagOfWordsEmbedder: Embedder {
  let fingerprint: String
  let name = "bag of words"
  let dimension: Int
  let maximumTokenCount = 256
  let tokenCounter: any TokenCounter = WordCounter()
  private let embedded = Mutex(0)

  init(fingerprint: String = "bag of words 1", dimension: Int = 64) {
    self.fingerprint = fingerprint
    self.dimension = dimension
  }

  /// The passages embedded so far.
  var passageCount: Int { embedded.withLock { $0 } }

  func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
    if role == .passage { embedded.withLock { $0 += texts.count } }
    return texts.map { text in
      var vector = [Float](repeating: 0.001, count: dimension)
      for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        vector[Int((hash >> 20) % UInt64(dimension))] += 1
      }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return vector.map { $0 / length }
    }
  }
}

/// Counts words as tokens.
struct WordCounter: TokenCounter {
  func tokenRanges(in text: String) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start: Int?
    for (offset, byte) in text.utf8.enumerated() {
      let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
      if isSpace, let begun = start {
        ranges.append(begun..<offset)
        start = nil
      } else if !isSpace, start == nil {
        start = offset
      }
    }
    if let start { ranges.append(start..<text.utf8.count) }
    return ranges
  }
}

extension Engine {
  /// Ingests to the end and returns the report.
  func ingestAll(
    _ paths: String..., options: IngestOptions = IngestOptions()
  ) async throws -> IngestReport {
    var report: IngestReport?
    for try await event in ingest(paths.map(IngestSource.path), options: options) {
      if case .finished(let finished) = event { report = finished }
    }
    guard let report else { throw RAGError(.cancelled, "the ingest ended without a report") }
    return report
  }
}
