/// Patterns that hold for one directory and what is below it; the last that matches decides.
package struct IgnoreRules: Sendable {
  /// The files that are obeyed; a later one overrides.
  static let fileNames = [".gitignore", ".ragignore"]

  private let globs: [Glob]
  /// The number of names between the root of the path that is matched and the directory.
  private let depth: Int

  /// Reads the lines of an ignore file of the directory that is `depth` names deep.
  package init(text: String, depth: Int) {
    let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    self.init(lines: text.split { $0 == "\n" || $0 == "\r\n" }, depth: depth)
  }

  /// Takes globs of the user, which hold for the directory that is `depth` names deep.
  init(globs: [String], depth: Int) { self.init(lines: globs.map { $0[...] }, depth: depth) }

  private init(lines: [Substring], depth: Int) {
    globs = lines.compactMap { Glob(line: $0) }
    self.depth = depth
  }

  var isEmpty: Bool { globs.isEmpty }

  /// Whether the path is matched (true), matched by a negated pattern (false), or neither.
  package func decision(for names: [String], isDirectory: Bool) -> Bool? {
    guard depth < names.count else { return nil }
    let match = globs.last { $0.matches(names[depth...], isDirectory: isDirectory) }
    return match.map { !$0.isNegated }
  }
}
