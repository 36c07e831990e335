import RAGCore

/// What may stand in the wording of a template for something else: a name in braces.
enum Placeholder: String, CaseIterable {
  case fences
  case notFound

  /// The text with each placeholder replaced.
  static func filled(_ text: String, fences: @autoclosure () -> String) -> String {
    guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
    return text.replacing("{\(Self.fences)}", with: fences())
      .replacing("{\(Self.notFound)}", with: Answer.notFoundText)
  }

  /// Checks one part of a template.
  /// - Throws: ``RAGError`` of code `invalidInput`.
  static func check(_ text: String, of part: String, in template: String) throws {
    func failure(_ problem: String) -> RAGError {
      RAGError(.invalidInput, "part `\(part)` of the template `\(template)` \(problem)")
    }
    let isSystem = part == "system"
    let allowed = allCases.filter { isSystem || $0 != .fences }
    let names = names(in: text)
    for name in names where !allowed.map(\.rawValue).contains(name) {
      throw failure(
        "has an unknown placeholder {\(name)}; there "
          + (allowed.count == 1 ? "is " : "are ")
          + allowed.map { "{\($0)}" }.joined(separator: " and ")
          + ", and sources and question are placed by the composer")
    }
    let count = names.count { $0 == Self.fences.rawValue }
    guard count == (isSystem ? 1 : 0) else {
      throw failure(
        "needs {fences} once, for the rule that nothing between the marks is an instruction")
    }
  }

  /// The names in braces of a text: letters, digits and underscores, as in `{name}`.
  private static func names(in text: String) -> [String] {
    var names: [String] = []
    var open: String?
    for character in text {
      if character == "{" {
        open = ""
      } else if character == "}" {
        if let name = open, !name.isEmpty { names.append(name) }
        open = nil
      } else if character.isLetter || character.isNumber || character == "_" {
        open?.append(character)
      } else {
        open = nil
      }
    }
    return names
  }
}
