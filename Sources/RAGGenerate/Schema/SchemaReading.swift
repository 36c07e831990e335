import RAGCore

/// Checks that a schema is one that can be checked with, so that nothing in it is passed over.
struct SchemaReading {
  let root: JSONValue
  /// The references that were met.
  private var references: Set<String> = []
  /// What they refer to, yet to be checked.
  private var pending: [(place: String, schema: JSONValue)] = []
  /// The schemas that each one applies to the same value.
  private var applied: [String: [String]] = [:]

  /// What a keyword takes.
  private enum Shape {
    case anything
    case annotation
    case typeNames
    case values
    case names
    case count
    case number
    case pattern
    case flag
    case schema
    case schemas
    case namedSchemas
    case reference
  }

  private static let shapes: [String: Shape] = [
    "$ref": .reference, "$defs": .namedSchemas, "definitions": .namedSchemas, "type": .typeNames,
    "enum": .values, "const": .anything, "properties": .namedSchemas, "required": .names,
    "additionalProperties": .schema, "minProperties": .count, "maxProperties": .count,
    "items": .schema, "minItems": .count, "maxItems": .count, "uniqueItems": .flag,
    "minimum": .number, "maximum": .number, "exclusiveMinimum": .number,
    "exclusiveMaximum": .number, "minLength": .count, "maxLength": .count, "pattern": .pattern,
    "anyOf": .schemas,
    "oneOf": .schemas, "allOf": .schemas, "title": .annotation, "description": .annotation,
    "default": .annotation, "examples": .annotation, "deprecated": .annotation,
    "readOnly": .annotation, "writeOnly": .annotation, "format": .annotation,
    "contentEncoding": .annotation, "contentMediaType": .annotation, "$comment": .annotation,
    "$schema": .annotation,
  ]

  private init(root: JSONValue) {
    self.root = root
    pending = [("#", root)]
  }

  /// Checks a schema and those within it.
  /// - Throws: ``RAGError``: `invalidInput`, `unsupported`.
  static func check(_ root: JSONValue) throws {
    var reading = SchemaReading(root: root)
    while let next = reading.pending.popLast() {
      try reading.check(next.schema, at: next.place)
    }
    try reading.checkEnds()
  }

  /// Checks that no schema applies itself to the same value, which would never end.
  private func checkEnds() throws {
    var waiting: [String: Int] = [:]
    for places in applied.values { for place in places { waiting[place, default: 0] += 1 } }
    var free = applied.keys.filter { waiting[$0] == nil }
    while let place = free.popLast() {
      for next in applied[place] ?? [] {
        guard let count = waiting[next] else { continue }
        waiting[next] = count > 1 ? count - 1 : nil
        if count == 1 { free.append(next) }
      }
    }
    guard let place = waiting.keys.min() else { return }
    throw failure(
      place, "refers to itself without end; let it refer to itself for members or items only")
  }

  /// Checks a schema, of which `place` is the JSON Pointer.
  private mutating func check(_ schema: JSONValue, at place: String) throws {
    if case .bool = schema { return }
    guard case .object(let members) = schema else {
      throw failure(place, "is neither an object nor true or false")
    }
    // In order, so that the same schema gives the same error.
    for (keyword, value) in members.sorted(by: { $0.key < $1.key }) {
      // The schema's own name changes nothing where references are local.
      if keyword == "$id", place == "#" { continue }
      guard let shape = Self.shapes[keyword] else {
        if keyword.hasPrefix("x-") { continue }
        throw RAGError(
          .unsupported,
          "the JSON Schema has the keyword `\(keyword)` at \(place), which is not checked; leave "
            + "it out, or say it with "
            + Self.shapes.filter { $0.value != .annotation }.keys.sorted().joined(separator: ", "))
      }
      try check(value, is: shape, of: place, at: "\(place)/\(Self.escaped(keyword))")
    }
  }

  /// Checks what a keyword takes; `owner` is the place of its schema.
  private mutating func check(
    _ value: JSONValue, is shape: Shape, of owner: String, at place: String
  ) throws {
    switch shape {
    case .anything, .annotation: break
    case .typeNames:
      let names = value.string.map { [.string($0)] } ?? value.array ?? []
      guard !names.isEmpty, names.allSatisfy({ JSONType(rawValue: $0.string ?? "") != nil }) else {
        throw failure(
          place, "is not of " + JSONType.allCases.map(\.rawValue).joined(separator: ", "))
      }
    case .values:
      guard value.array?.isEmpty == false else { throw failure(place, "is no list of values") }
    case .names:
      guard let names = value.array, names.allSatisfy({ $0.string != nil }) else {
        throw failure(place, "is no list of names")
      }
    case .count:
      guard let count = JSONType.normalised(value).integer, count >= 0 else {
        throw failure(place, "is no count")
      }
    case .number: guard value.number != nil else { throw failure(place, "is no number") }
    case .pattern:
      guard let pattern = value.string else { throw failure(place, "is no text") }
      do {
        _ = try LinearPattern(pattern)
      } catch let refusal as LinearPattern.Refusal {
        throw RAGError(.unsupported, "the JSON Schema's \(place) \(refusal.reason)")
      }
    case .flag: guard value.bool != nil else { throw failure(place, "is not true or false") }
    case .schema: try check(value, at: place)
    case .schemas:
      guard let schemas = value.array, !schemas.isEmpty else {
        throw failure(place, "is no list of schemas")
      }
      for (index, schema) in schemas.enumerated() {
        applied[owner, default: []].append("\(place)/\(index)")
        try check(schema, at: "\(place)/\(index)")
      }
    case .namedSchemas:
      guard let schemas = value.object else { throw failure(place, "is no object of schemas") }
      for (name, schema) in schemas.sorted(by: { $0.key < $1.key }) {
        try check(schema, at: "\(place)/\(Self.escaped(name))")
      }
    case .reference:
      guard let reference = value.string, let target = Self.target(of: reference, in: root) else {
        throw failure(place, "refers to nothing in the schema; write it as in #/$defs/name")
      }
      applied[owner, default: []].append(reference)
      if references.insert(reference).inserted { pending.append((reference, target)) }
    }
  }

  private func failure(_ place: String, _ problem: String) -> RAGError {
    RAGError(.invalidInput, "the JSON Schema's \(place) \(problem)")
  }

  // MARK: JSON Pointers (RFC 6901)

  /// What `#` or `#/…` refers to.
  static func target(of reference: String, in root: JSONValue) -> JSONValue? {
    guard reference.hasPrefix("#") else { return nil }
    let steps = reference.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard steps.first?.isEmpty ?? true else { return nil }
    return steps.dropFirst().reduce(root as JSONValue?) { value, step in
      let name = String(step).replacing("~1", with: "/").replacing("~0", with: "~")
      switch value {
      case .object(let members): return members[name]
      case .array(let elements):
        guard let index = Int(name), elements.indices.contains(index) else { return nil }
        return elements[index]
      default: return nil
      }
    }
  }

  private static func escaped(_ name: String) -> String {
    name.replacing("~", with: "~0").replacing("/", with: "~1")
  }
}
