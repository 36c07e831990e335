import RAGCore

/// One check of a value against a schema.
struct SchemaRun {
  /// Schemas applied within each other; values are not nested half as deep.
  private static let maximumDepth = 200
  /// Schemas applied in all. Alternatives within alternatives can double with every level.
  private static let maximumStepCount = 200_000
  /// Nobody corrects more at once.
  private static let problemCount = 20

  let root: JSONValue
  private let patterns = PatternRun()
  private var depth = 0
  private var stepCount = 0

  init(root: JSONValue) { self.root = root }

  /// What of a value does not conform to a schema that was checked before.
  /// - Throws: ``RAGError``: `limitExceeded`, `invalidInput`.
  mutating func problems(
    of value: JSONValue, by schema: JSONValue, at path: String
  ) throws -> [JSONProblem] {
    guard case .object(let keywords) = schema else {
      return schema == .bool(false) ? [JSONProblem(path: path, message: "nothing is allowed")] : []
    }
    stepCount += 1
    guard stepCount <= Self.maximumStepCount else {
      throw RAGError(
        .limitExceeded,
        "the JSON Schema takes more than \(Self.maximumStepCount) steps to check an answer with; "
          + "use fewer alternatives within alternatives")
    }
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else {
      throw RAGError(.invalidInput, "the JSON Schema refers to itself without end")
    }
    let words = ValueCheck(keywords: keywords, path: path, patterns: patterns)
    var problems = words.problems(of: value)
    // Of a value of the wrong type there is no more to say.
    guard problems.isEmpty || !words.isOfWrongType(value) else { return problems }
    if case .object(let members) = value {
      problems += try self.problems(of: members, by: keywords, at: path)
    }
    if case .array(let elements) = value, let items = keywords["items"] {
      for (index, element) in elements.enumerated() where problems.count < Self.problemCount {
        problems += try self.problems(of: element, by: items, at: "\(path)[\(index)]")
      }
    }
    if let reference = keywords["$ref"]?.string,
      let target = SchemaReading.target(of: reference, in: root)
    {
      problems += try self.problems(of: value, by: target, at: path)
    }
    for schema in keywords["allOf"]?.array ?? [] {
      problems += try self.problems(of: value, by: schema, at: path)
    }
    problems += try alternatives(value, keywords, "anyOf", path)
    problems += try alternatives(value, keywords, "oneOf", path)
    return Array(problems.prefix(Self.problemCount))
  }

  private mutating func problems(
    of members: [String: JSONValue], by keywords: [String: JSONValue], at path: String
  ) throws -> [JSONProblem] {
    let known = keywords["properties"]?.object ?? [:]
    var problems: [JSONProblem] = []
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      if let schema = known[name] {
        problems += try self.problems(of: value, by: schema, at: Self.path(path, name))
      } else if keywords["additionalProperties"] == .bool(false) {
        let names = known.keys.sorted().prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
        problems.append(
          JSONProblem(
            path: Self.path(path, name),
            message: "no such member is allowed; expected only \(names.isEmpty ? "none" : names)"))
      } else if let schema = keywords["additionalProperties"] {
        problems += try self.problems(of: value, by: schema, at: Self.path(path, name))
      }
    }
    return problems
  }

  /// `anyOf` and `oneOf`: what is wrong by the alternative that comes nearest.
  private mutating func alternatives(
    _ value: JSONValue, _ keywords: [String: JSONValue], _ keyword: String, _ path: String
  ) throws -> [JSONProblem] {
    guard let schemas = keywords[keyword]?.array else { return [] }
    var fitting: [Int] = []
    var nearest: (number: Int, problems: [JSONProblem])?
    for (number, schema) in zip(1..., schemas) {
      let problems = try self.problems(of: value, by: schema, at: path)
      if problems.isEmpty {
        fitting.append(number)
        if keyword == "anyOf" { return [] }
      } else if problems.count < nearest?.problems.count ?? .max {
        nearest = (number, problems)
      }
    }
    if fitting.count == 1 { return [] }
    guard fitting.isEmpty else {
      let numbers = fitting.map(String.init).joined(separator: ", ")
      return [
        JSONProblem(
          path: path,
          message: "expected exactly one alternative of oneOf to fit, but \(numbers) do")
      ]
    }
    guard let nearest else { return [] }
    let head = JSONProblem(
      path: path,
      message: "expected one of the \(schemas.count) alternatives of \(keyword); nearest is the "
        + "alternative \(nearest.number), with these problems")
    return [head] + nearest.problems
  }

  /// The path of a member; a name without end is cut.
  private static func path(_ path: String, _ name: String) -> String {
    let name = name.utf8.count <= 200 ? name : String(name.unicodeScalars.prefix(50)) + "…"
    let isPlain = name.utf8.allSatisfy { byte in
      (0x30...0x39 ~= byte) || (0x41...0x5A ~= byte) || (0x61...0x7A ~= byte) || byte == 0x5F
    }
    return isPlain && !name.isEmpty ? "\(path).\(name)" : "\(path)[\(JSONText.text(.string(name)))]"
  }
}
