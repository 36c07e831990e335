/// One pattern of a `.gitignore` file, or of a list of globs that follows the same rules.
///
/// `*` and `?` match within a name, `[a-z]`, `[!a-z]` and `[[:alpha:]]` one character, `**` any
/// number of directories. A pattern with a slash at its start or middle is anchored to the
/// directory it stands for, others match at any depth below it. A final slash matches directories
/// alone; a leading `!` negates. See gitignore(5).
/// - Complexity: a match takes O(pattern * path), whatever the pattern.
struct Glob: Sendable {
  let isNegated: Bool
  let isDirectoryOnly: Bool
  private let isAnchored: Bool
  private let parts: [Part]

  private enum Part: Sendable {
    /// `**`
    case directories
    case name(NamePattern)
  }

  /// Reads a line; nil for a comment, a blank line, or a pattern that can match nothing.
  init?(line: Substring) {
    var text = line.unicodeScalars
    if text.last == "\r" { text.removeLast() }
    while text.last == " ", !Self.endsInEscape(text.dropLast()) { text.removeLast() }
    guard let first = text.first, first != "#" else { return nil }
    isNegated = first == "!"
    if isNegated { text.removeFirst() }
    isDirectoryOnly = text.last == "/"
    if isDirectoryOnly { text.removeLast() }
    guard !text.isEmpty else { return nil }
    isAnchored = text.contains("/")
    if text.first == "/" { text.removeFirst() }
    var parts: [Part] = []
    for name in text.split(separator: "/", omittingEmptySubsequences: false) {
      if name.elementsEqual("**".unicodeScalars) {
        if case .directories = parts.last { continue }
        parts.append(.directories)
      } else {
        guard let pattern = NamePattern(name) else { return nil }
        parts.append(.name(pattern))
      }
    }
    self.parts = parts
  }

  /// Whether the number of backslashes at the end is odd.
  private static func endsInEscape(_ text: Substring.UnicodeScalarView) -> Bool {
    text.reversed().prefix { $0 == "\\" }.count % 2 == 1
  }

  /// Whether the pattern matches a path, given as its names below the pattern's directory.
  func matches(_ names: ArraySlice<String>, isDirectory: Bool) -> Bool {
    guard isDirectory || !isDirectoryOnly else { return false }
    if !isAnchored {
      guard let name = names.last, case .name(let pattern)? = parts.first else {
        return !names.isEmpty  // a bare `**`
      }
      return pattern.matches(name)
    }
    return matchesParts(names)
  }

  /// Greedy matching: on a mismatch only the last `**` takes one name more.
  private func matchesParts(_ names: ArraySlice<String>) -> Bool {
    var part = 0
    var name = names.startIndex
    var retry: (part: Int, name: Int)?
    while name < names.endIndex {
      if part < parts.count {
        switch parts[part] {
        case .directories:
          // At the end it stands for everything inside, so for one name at least.
          if part + 1 == parts.count { return true }
          retry = (part, name)
          part += 1
          continue
        case .name(let pattern):
          if pattern.matches(names[name]) {
            part += 1
            name += 1
            continue
          }
        }
      }
      guard let last = retry else { return false }
      retry = (last.part, last.name + 1)
      part = last.part + 1
      name = last.name + 1
    }
    return part == parts.count
  }
}
