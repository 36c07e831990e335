import Foundation
import RAGEval

/// A folder of text files that is removed with its last reference.
final class Folder {
  let url: URL
  var path: String { url.path }

  /// The path of a file in it.
  func file(_ name: String) -> String { url.appending(path: name).path }

  init(_ files: [String: String]) throws {
    url = FileManager.default.temporaryDirectory.appending(path: "rag-eval-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (name, text) in files {
      let file = url.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}

func list(_ entries: [(String, Double)]) throws -> RankedList {
  try RankedList(entries.map { RankedList.Entry(documentID: $0.0, score: $0.1) })
}
