import Foundation
import RAGCore

/// The directory that is one index, and the names of what lies in it.
package struct IndexDirectory: Sendable {
  /// The absolute path.
  package let path: String

  package init(_ path: String) {
    self.path =
      URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL
      .path(percentEncoded: false).droppingTrailingSlash
  }

  package static let databaseName = "rag.sqlite"

  package var database: String { path + "/" + Self.databaseName }
  var lock: String { path + "/lock" }

  /// The graph of generation `number`.
  func graph(_ number: Int) -> String { path + "/g\(number).graph" }

  /// Whether a database stands here; no claim that it is ours.
  package var exists: Bool { FileManager.default.fileExists(atPath: database) }

  /// Bytes of all files in the directory.
  package var byteCount: Int {
    let manager = FileManager.default
    let names = (try? manager.contentsOfDirectory(atPath: path)) ?? []
    return names.reduce(0) { sum, name in
      let size = try? manager.attributesOfItem(atPath: path + "/" + name)[.size] as? Int
      return sum + (size ?? 0)
    }
  }

  /// Makes the directory, or proves that it is empty or an index already.
  func create() throws {
    let manager = FileManager.default
    var isDirectory: ObjCBool = false
    if manager.fileExists(atPath: path, isDirectory: &isDirectory) {
      guard isDirectory.boolValue else {
        throw RAGError(
          .invalidInput, "is a file, not an index directory; name another with --index", path: path)
      }
      if exists { return }
      let contents = try ioErrors(path) { try manager.contentsOfDirectory(atPath: path) }
      // An ingest that died at its very first step leaves no more than these.
      guard contents.allSatisfy({ $0 == "lock" || $0.hasPrefix(Self.databaseName) }) else {
        throw RAGError(
          .invalidInput,
          "is a directory with other files in it, not an index; name an empty or new one with --index",
          path: path)
      }
      return
    }
    try ioErrors(path) {
      try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
  }

  /// Removes graphs of other generations than `current` and files half written.
  ///
  /// Only the writer calls this, under the lock.
  func removeLeftovers(keeping current: Int?) {
    let manager = FileManager.default
    guard let names = try? manager.contentsOfDirectory(atPath: path) else { return }
    let kept = current.map { "g\($0).graph" }
    for name in names where name.hasPrefix("g") && name != kept {
      let stem = name.dropFirst().prefix { $0.isNumber }
      guard !stem.isEmpty, name.dropFirst(1 + stem.count).hasPrefix(".graph") else { continue }
      try? manager.removeItem(atPath: path + "/" + name)
    }
  }
}

/// Runs Foundation file work and turns what it throws into ``RAGError``.
private func ioErrors<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as CocoaError {
    switch error.code {
    case .fileWriteOutOfSpace:
      throw RAGError(.diskFull, "the device is full; free space and retry", path: path)
    case .fileWriteNoPermission, .fileWriteVolumeReadOnly:
      throw RAGError(
        .readOnly, "cannot be written; check its permissions or choose another place", path: path)
    default:
      throw RAGError(.io, error.localizedDescription, path: path)
    }
  }
}

extension String {
  fileprivate var droppingTrailingSlash: String {
    count > 1 && hasSuffix("/") ? String(dropLast()) : self
  }
}
