import Foundation
import Glibc
import RAGIngest

/// A directory tree that is removed with its owner.
final class TemporaryTree {
  /// The directory, without symbolic links in its path.
  let path: String

  init(_ files: [String: String] = [:]) throws {
    let url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appending(path: "rag-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
    for (name, text) in files { try write(name, text) }
  }

  deinit {
    // Not by the file manager: some trees are closed, some deeper than a path can say.
    _ = system("chmod -R u+rwx '\(path)'; rm -rf '\(path)'")
  }

  @discardableResult
  func write(_ name: String, _ text: String = "text") throws -> String {
    let file = path + "/" + name
    let directory = String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)])
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    guard FileManager.default.createFile(atPath: file, contents: Data(text.utf8)) else {
      throw CocoaError(.fileWriteUnknown)
    }
    return file
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path + "/" + name, withDestinationPath: target)
  }

  /// The files of a walk, relative to the tree, and the reasons of its skips.
  func walk(
    _ root: String = "", include: [String] = [], exclude: [String] = []
  ) async throws -> (files: [String], skips: [String: String]) {
    let walker = try FileWalker(
      root: root.isEmpty ? path : path + "/" + root,
      options: .init(include: include, exclude: exclude))
    var files: [String] = []
    var skips: [String: String] = [:]
    for try await entry in walker {
      switch entry {
      case .file(let file): files.append(String(file.path.dropFirst(path.count + 1)))
      case .skipped(let path, let reason), .failed(let path, let reason):
        skips[String(path.dropFirst(self.path.count + 1))] = reason
      }
    }
    return (files, skips)
  }
}
