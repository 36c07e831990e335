/// Paths with all that lies below them, told apart by their bytes: names that mean the same
/// characters may be those of two files.
struct PathSet: Sendable {
  private var entries: [[UInt8]: String] = [:]

  init(_ paths: [String] = []) {
    for path in paths { insert(path) }
  }

  var paths: some Sequence<String> { entries.values }
  var isEmpty: Bool { entries.isEmpty }
  var count: Int { entries.count }

  mutating func insert(_ path: String) { entries[Array(path.utf8)] = path }

  /// Whether a path is one of these, or lies below one.
  func covers(_ path: String) -> Bool {
    entries[Array(path.utf8)] != nil || coversParent(of: path)
  }

  /// The paths that lie below none of the others.
  var outermost: [String] { paths.filter { !coversParent(of: $0) } }

  private func coversParent(of path: String) -> Bool {
    path.prefixes(before: ["/"]).contains { entries[Array($0)] != nil }
  }
}

extension String {
  /// Whether a path is `other` or lies below it.
  func isAtOrBelow(_ other: String) -> Bool {
    guard utf8.starts(with: other.utf8) else { return false }
    return utf8.count == other.utf8.count || other.utf8.last == Character("/").asciiValue
      || utf8.dropFirst(other.utf8.count).first == Character("/").asciiValue
  }

  /// What stands before each of some marks; for a slash at the start, the slash itself.
  func prefixes(before marks: [Unicode.Scalar]) -> some Sequence<Substring.UTF8View> {
    let bytes = marks.map { UInt8(ascii: $0) }
    return utf8.indices.lazy.filter { bytes.contains(self.utf8[$0]) }.map { end in
      end == self.startIndex && self.utf8.count > 1
        ? self[...self.startIndex].utf8 : self[..<end].utf8
    }
  }
}
