import ArgumentParser
import Foundation
import RAG

/// Which documents a command is about.
struct FilterOptions: ParsableArguments {
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      """
      Only documents that meet a condition: field = value, !=, <, <=, >, >=, in (…), between … \
      and …, prefix "…", exists field; joined by and, or, not. Fields are path, title, language, \
      mediaType, and metadata.
      """, valueName: "condition"))
  var `where`: String?

  /// The condition; nil: all documents.
  /// - Throws: an error of usage that names the column.
  func filter() throws -> Filter? {
    guard let text = `where` else { return nil }
    return try checkingArguments("--where") { try Filter(parsing: text) }
      .resolvingPaths(against: FileManager.default.currentDirectoryPath)
  }
}

extension Filter {
  /// The filter with relative paths made absolute, as documents have them.
  fileprivate func resolvingPaths(against directory: String) -> Filter {
    func absolute(_ path: String) -> String {
      // As the index has them: without `.`, `..` and empty parts. A prefix may end anywhere.
      guard !path.isEmpty else { return directory == "/" ? "/" : directory + "/" }
      return path.absolutePath + (path.hasSuffix("/") && path.count > 1 ? "/" : "")
    }
    func absolute(_ value: MetadataValue) -> MetadataValue {
      if case .string(let path) = value { .string(absolute(path)) } else { value }
    }
    func absolute(_ bounds: Bounds) -> Bounds {
      var bounds = bounds
      bounds.lower = bounds.lower.map(absolute)
      bounds.upper = bounds.upper.map(absolute)
      return bounds
    }
    return switch self {
    case .equals("path", let value): .equals(field: "path", absolute(value))
    case .isIn("path", let values): .isIn(field: "path", values.map(absolute))
    case .range("path", let bounds): .range(field: "path", absolute(bounds))
    case .hasPrefix("path", let prefix): .hasPrefix(field: "path", absolute(prefix))
    case .and(let filters): .and(filters.map { $0.resolvingPaths(against: directory) })
    case .or(let filters): .or(filters.map { $0.resolvingPaths(against: directory) })
    case .not(let filter): .not(filter.resolvingPaths(against: directory))
    default: self
    }
  }
}
