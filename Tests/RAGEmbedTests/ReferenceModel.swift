import Foundation

/// A small encoder of `tools/fixtures/encoders.py` and what its reference gives.
struct ReferenceModel: CustomStringConvertible, Sendable {
  /// What is recorded of queries or passages.
  struct Results: Decodable {
    var tokens: [[Int32]]
    /// The first special token too.
    var promptTokenCount: Int
    var vectors: [[Float]]
  }

  struct Expectation: Decodable {
    var texts: [String]
    /// Nil where it is that of passages.
    var query: Results?
    var passage: Results
  }

  /// A folder, or `base+variant`: files to lay over those of `base`.
  let name: String
  var description: String { name }

  static let families = ["bert", "roberta", "xlm-roberta", "distilbert", "mpnet"]
  static let variants = [
    "roberta+camembert", "bert+f16", "bert+bf16", "bert+shards", "bert+pooling-cls",
    "bert+pooling-max", "bert+pooling-mean_sqrt_len_tokens", "bert+pooling-weightedmean",
    "bert+pooling-lasttoken", "bert+pooling-joined", "bert+dense", "bert+dense-chain",
    "mpnet+prompts", "bert+prompts-left-out", "mpnet+truncated",
  ]
  static let all = (families + variants).map(ReferenceModel.init(name:))

  static var root: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/encoders")
  }

  private var folders: [URL] {
    let base = name.split(separator: "+")[0]
    let folders = [Self.root.appendingPathComponent(String(base))]
    return base == name
      ? folders : folders + [Self.root.appendingPathComponent("variants/\(name)")]
  }

  /// Makes the model's directory at a path where there is none.
  func write(to path: String) throws {
    let files = FileManager.default
    for folder in folders {
      for file in try files.subpathsOfDirectory(atPath: folder.path) {
        let source = folder.appendingPathComponent(file).path
        let target = path + "/" + file
        var isDirectory: ObjCBool = false
        if files.fileExists(atPath: source, isDirectory: &isDirectory), isDirectory.boolValue {
          try files.createDirectory(atPath: target, withIntermediateDirectories: true)
        } else {
          try? files.removeItem(atPath: target)
          try files.copyItem(atPath: source, toPath: target)
        }
      }
    }
    if files.fileExists(atPath: path + "/model.safetensors.index.json") {
      try files.removeItem(atPath: path + "/model.safetensors")
    }
  }

  func expectation() throws -> Expectation {
    let file = folders.reversed().map { $0.appendingPathComponent("expected.json") }
      .first { FileManager.default.fileExists(atPath: $0.path) }
    return try JSONDecoder().decode(
      Expectation.self, from: Data(contentsOf: file ?? Self.root))
  }
}

/// The largest difference between components of vectors, infinite for other lengths.
func largestDifference(_ vectors: [[Float]], _ expected: [[Float]]) -> Float {
  guard vectors.map(\.count) == expected.map(\.count) else { return .infinity }
  return zip(vectors.joined(), expected.joined()).map { abs($0 - $1) }.max() ?? .infinity
}
