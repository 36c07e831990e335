import RAGCore

/// The keywords of a schema that need no other schema.
struct ValueCheck {
  let keywords: [String: JSONValue]
  let path: String
  let patterns: PatternRun

  /// Whether `type` forbids a value.
  func isOfWrongType(_ value: JSONValue) -> Bool {
    guard let types else { return false }
    return !types.contains { $0.includes(JSONType(of: value)) }
  }

  /// What is wrong with a value itself.
  func problems(of value: JSONValue) -> [JSONProblem] {
    let found = JSONType(of: value)
    if isOfWrongType(value) {
      let expected = (types ?? []).map(\.phrase).joined(separator: " or ")
      return [problem("expected \(expected), found \(found.phrase)")]
    }
    var problems: [JSONProblem] = []
    let same = JSONType.normalised(value)
    if let constant = keywords["const"], JSONType.normalised(constant) != same {
      problems.append(problem("expected \(JSONText.text(constant)), found \(found.phrase) else"))
    }
    if let values = keywords["enum"]?.array, !values.map(JSONType.normalised).contains(same) {
      let names = values.prefix(50).map(JSONText.text).joined(separator: ", ")
      problems.append(problem("expected one of \(names), found \(found.phrase) else"))
    }
    switch value {
    case .integer, .number: problems += numberProblems(value.number ?? 0)
    case .string(let text):
      problems += countProblems(text.unicodeScalars.count, "minLength", "maxLength", "characters")
      problems += patternProblems(text)
    case .array(let elements):
      problems += countProblems(elements.count, "minItems", "maxItems", "elements")
      let isUnique = keywords["uniqueItems"] == .bool(true)
      if isUnique, Set(elements.map(JSONType.normalised)).count < elements.count {
        problems.append(problem("expected no element twice"))
      }
    case .object(let members):
      problems += countProblems(members.count, "minProperties", "maxProperties", "members")
      for name in (keywords["required"]?.array ?? []).compactMap(\.string)
      where members[name] == nil {
        problems.append(problem("expected the member \(JSONText.text(.string(name)))"))
      }
    case .null, .bool: break
    }
    return problems
  }

  private var types: [JSONType]? {
    guard let type = keywords["type"] else { return nil }
    let names = type.string.map { [$0] } ?? (type.array ?? []).compactMap(\.string)
    return names.compactMap(JSONType.init(rawValue:))
  }

  private func numberProblems(_ number: Double) -> [JSONProblem] {
    let bounds: [(keyword: String, words: String, holds: (Double) -> Bool)] = [
      ("minimum", "at least", { number >= $0 }), ("maximum", "at most", { number <= $0 }),
      ("exclusiveMinimum", "more than", { number > $0 }),
      ("exclusiveMaximum", "less than", { number < $0 }),
    ]
    return bounds.compactMap { bound in
      guard let limit = keywords[bound.keyword], let value = limit.number, !bound.holds(value)
      else { return nil }
      return problem("expected \(bound.words) \(JSONText.text(limit))")
    }
  }

  private func patternProblems(_ text: String) -> [JSONProblem] {
    // That it compiles was checked when the schema was read.
    guard let pattern = keywords["pattern"]?.string, let compiled = patterns.compiled(pattern)
    else {
      return []
    }
    guard let matches = patterns.matches(compiled, text) else {
      return [problem("the text is too long to be held against the pattern \(pattern)")]
    }
    return matches ? [] : [problem("expected text that matches the pattern \(pattern)")]
  }

  private func countProblems(
    _ count: Int, _ least: String, _ most: String, _ unit: String
  ) -> [JSONProblem] {
    let least = keywords[least]?.number ?? 0
    let most = keywords[most]?.number ?? .infinity
    if Double(count) < least {
      return [problem("expected at least \(Int(least)) \(unit), found \(count)")]
    }
    return Double(count) > most
      ? [problem("expected at most \(Int(most)) \(unit), found \(count)")] : []
  }

  private func problem(_ message: String) -> JSONProblem {
    JSONProblem(path: path, message: message)
  }
}
