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
      and …, prefix "…" or ^= "…", exists field; joined by and, or, not. Fields are id, path, title, \
      language, mediaType, and metadata, also of these names.
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
  /// The filter with relative paths made absolute, as documents have them. Metadata called `path`
  /// may hold what was written, which no document's own path equals or begins with.
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
    // Absolute paths are compared with absolute ends, and others with the ends as they were written:
    // the two kinds are apart, as all absolute ones stand between these.
    let (first, behindLast) = ("/", "0")
    func parts(of bounds: Bounds) -> Filter {
      .or(
        [
          absolute(bounds).from(first)?.below(behindLast), bounds.below(first),
          bounds.from(behindLast),
        ].compactMap { $0.map { .range(field: "path", $0) } })
    }
    return switch self {
    case .equals("path", let value): .isIn(field: "path", [absolute(value), value])
    case .isIn("path", let values): .isIn(field: "path", values.map(absolute) + values)
    case .range("path", let bounds): bounds.isOfText ? parts(of: bounds) : self
    case .hasPrefix("path", ""): .hasPrefix(field: "path", absolute(""))
    case .hasPrefix("path", let prefix):
      .or([.hasPrefix(field: "path", absolute(prefix)), self])
    case .and(let filters): .and(filters.map { $0.resolvingPaths(against: directory) })
    case .or(let filters): .or(filters.map { $0.resolvingPaths(against: directory) })
    case .not(let filter): .not(filter.resolvingPaths(against: directory))
    default: self
    }
  }
}

extension Filter.Bounds {
  /// Whether the ends are texts, which compare by their bytes.
  fileprivate var isOfText: Bool {
    [lower, upper].allSatisfy { if case .string? = $0 { true } else { $0 == nil } }
  }

  /// The part from a text on; nil where there is none.
  fileprivate func from(_ text: String) -> Self? {
    if case .string(let upper)? = upper, upper.isBelow(text) { return nil }
    if case .string(let lower)? = lower, !lower.isBelow(text) { return self }
    var part = self
    (part.lower, part.includesLower) = (.string(text), true)
    return part
  }

  /// The part below a text; nil where there is none.
  fileprivate func below(_ text: String) -> Self? {
    if case .string(let lower)? = lower, !lower.isBelow(text) { return nil }
    if case .string(let upper)? = upper, upper.isBelow(text) { return self }
    var part = self
    (part.upper, part.includesUpper) = (.string(text), false)
    return part
  }
}

extension String {
  fileprivate func isBelow(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
