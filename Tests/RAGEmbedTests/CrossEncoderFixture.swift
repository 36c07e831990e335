import Foundation
import RAGCore
import RAGEmbed

/// A small cross-encoder of `tools/fixtures/cross_encoders.py` and what its reference gives.
struct CrossEncoderFixture: CustomStringConvertible, Sendable {
  struct Pair: Decodable {
    var query: String
    var passage: String
    var tokens: [Int32]
    var secondTypeCount: Int
    var logits: [Float]
    var score: Double
  }

  let name: String
  var description: String { name }

  static let all = [
    "bert", "bert-logit", "bert-two-labels", "roberta", "xlm-roberta", "distilbert", "mpnet",
  ].map(CrossEncoderFixture.init(name:))

  var directory: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/cross-encoders/" + name).path
  }

  func pairs() throws -> [Pair] {
    let file = URL(fileURLWithPath: directory + "/expected.json")
    return try JSONDecoder().decode([Pair].self, from: Data(contentsOf: file))
  }

  func load(
    _ precision: EncoderPrecision = .float32, threadCount: Int? = nil
  ) throws -> CrossEncoder {
    try CrossEncoder(
      directory: directory, options: .init(precision: precision, threadCount: threadCount))
  }

  /// Copies the model's files to a directory that is there.
  func write(to path: String) throws {
    for file in try FileManager.default.contentsOfDirectory(atPath: directory) {
      try FileManager.default.copyItem(atPath: directory + "/" + file, toPath: path + "/" + file)
    }
  }
}
