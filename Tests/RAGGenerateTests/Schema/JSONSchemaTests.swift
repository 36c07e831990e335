import Foundation
import RAGCore
import RAGGenerate
import Testing

@Suite struct JSONSchemaTests {
  private static let order = """
    {"type": "object", "required": ["id", "items"], "additionalProperties": false,
     "properties": {
       "id": {"type": "integer", "minimum": 1, "exclusiveMaximum": 1000},
       "note": {"type": ["string", "null"], "minLength": 2, "maxLength": 5},
       "kind": {"enum": ["new", "old", 3]}, "version": {"const": 1},
       "items": {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": true,
                 "items": {"$ref": "#/$defs/item"}}},
     "$defs": {"item": {"type": "object", "required": ["price"],
       "properties": {"price": {"type": "number"}, "a b": {"type": "boolean"}}}}}
    """

  @Test(
    arguments: [
      (#"{"id": 1, "items": [{"price": 2.5}]}"#, []),
      (#"{"id": 1.0, "items": [{"price": 2}, {"price": 3}], "kind": 3.0, "version": 1e0}"#, []),
      (#"{"id": 999, "note": null, "items": [{"price": 1, "other": []}]}"#, []),
      (#"{"id": 1, "note": "数据库日志", "items": [{"price": 1}]}"#, []),
      ("[]", ["$: expected an object, found an array"]),
      ("{}", [#"$: expected the member "id""#, #"$: expected the member "items""#]),
      (
        #"{"id": "1", "items": [{"price": "2"}, {}]}"#,
        [
          "$.id: expected an integer, found a string",
          "$.items[0].price: expected a number, found a string",
          #"$.items[1]: expected the member "price""#,
        ]
      ),
      (
        #"{"id": 1.5, "items": [], "note": "x"}"#,
        [
          "$.id: expected an integer, found a number",
          "$.items: expected at least 1 elements, found 0",
          "$.note: expected at least 2 characters, found 1",
        ]
      ),
      (
        #"{"id": 0, "items": [{"price": 1}, {"price": 1.0}], "note": "123456"}"#,
        [
          "$.id: expected at least 1", "$.items: expected no element twice",
          "$.note: expected at most 5 characters, found 6",
        ]
      ),
      (
        #"{"id": 1000, "items": [{"price": 1, "a b": 0}], "kind": "odd", "version": 2, "x": 1}"#,
        [
          "$.id: expected less than 1000",
          #"$.items[0]["a b"]: expected true or false, found an integer"#,
          #"$.kind: expected one of "new", "old", 3, found a string else"#,
          "$.version: expected 1, found an integer else",
          "$.x: no such member is allowed; expected only \"id\", \"items\", \"kind\", \"note\", "
            + "\"version\"",
        ]
      ),
      ("{\"id\": 1,}", ["$: not valid JSON at byte 9: a string was expected"]),
      (#"{"id": 1, "id": 2}"#, ["$: not valid JSON at byte 15: a key comes twice"]),
    ] as [(String, [String])])
  func `each place that does not conform is named`(json: String, problems: [String]) throws {
    let schema = try JSONSchema(Self.order)
    #expect(try schema.problems(in: json).map(\.description) == problems)
  }

  @Test(arguments: [
    (#"{"anyOf": [{"type": "string"}, {"type": "integer"}]}"#, "1", 0),
    (#"{"anyOf": [{"type": "string"}, {"type": "integer"}]}"#, "[]", 2),
    (#"{"oneOf": [{"type": "number"}, {"type": "integer"}]}"#, "1", 1),
    (#"{"oneOf": [{"type": "number"}, {"type": "integer"}]}"#, "1.5", 0),
    (#"{"oneOf": [{"type": "string"}, {"type": "integer"}]}"#, "1.5", 2),
    (#"{"allOf": [{"minimum": 3}, {"maximum": 5}]}"#, "4", 0),
    (#"{"allOf": [{"minimum": 3}, {"maximum": 5}]}"#, "6", 1),
    ("true", "[1]", 0), ("false", "1", 1), ("{}", "null", 0),
    (#"{"additionalProperties": {"type": "integer"}}"#, #"{"a": 1, "b": "x"}"#, 1),
    (#"{"minProperties": 1, "maxProperties": 1}"#, "{}", 1),
    (#"{"minProperties": 1, "maxProperties": 1}"#, #"{"a": 1, "b": 2}"#, 1),
    (#"{"const": null}"#, "null", 0), (#"{"const": null}"#, "0", 1),
    (#"{"enum": [{"a": [1, 2.0]}]}"#, #"{"a": [1.0, 2]}"#, 0),
    (#"{"enum": [0, false]}"#, "false", 0), (#"{"enum": [0]}"#, "false", 1),
    (#"{"items": false}"#, "[]", 0), (#"{"items": false}"#, "[1]", 1),
    (#"{"type": "string", "format": "date", "x-order": 1, "title": "T"}"#, #""soon""#, 0),
    (#"{"pattern": "^[A-Z]{2}\\d+$"}"#, #""AB12""#, 0),
    (#"{"pattern": "^[A-Z]{2}\\d+$"}"#, #""AB1x""#, 1), (#"{"pattern": "a"}"#, "5", 0),
    (#"{"exclusiveMinimum": 0}"#, "0", 1), (#"{"minLength": 1}"#, "5", 0),
  ])
  func `keywords hold as the draft says`(schema: String, json: String, count: Int) throws {
    #expect(try JSONSchema(schema).problems(in: json).count == count)
  }

  @Test func `a schema that refers to itself checks a tree`() throws {
    let schema = try JSONSchema(
      ##"{"type": "object", "properties": {"a/b~": {"type": "object", "properties":"##
        + ##"{"c": {"$ref": "#"}}}, "next": {"$ref": "#"}, "n": {"$ref": "#/properties/a~1b~0"}}}"##
    )
    #expect(try schema.problems(in: #"{"n": {"c": {"n": 1}}}"#).map(\.path) == ["$.n.c.n"])
    #expect(try schema.problems(in: #"{"next": {"next": {}}}"#).isEmpty)
    #expect(
      try schema.problems(in: #"{"next": {"next": 1}}"#).map(\.path) == ["$.next.next"])
    let tree = String(repeating: #"{"next":"#, count: 60) + "{}" + String(repeating: "}", count: 60)
    #expect(try schema.problems(in: tree).isEmpty)
  }

  @Test(arguments: [
    ("{", "not valid JSON", RAGError.Code.invalidInput), ("3", "neither an object", .invalidInput),
    (#"{"type": "text"}"#, "#/type", .invalidInput), (#"{"type": []}"#, "#/type", .invalidInput),
    (
      #"{"properties": {"a/b": {"propertyNames": 1}}}"#, "`propertyNames` at #/properties/a~1b",
      .unsupported
    ),
    (#"{"pattern": "(?=a)"}"#, "#/pattern has a group", .unsupported),
    (#"{"pattern": 1}"#, "#/pattern is no text", .invalidInput),
    (#"{"not": {}}"#, "`not`", .unsupported), (#"{"requierd": []}"#, "`requierd`", .unsupported),
    (#"{"if": {}, "then": {}}"#, "`if`", .unsupported),
    (#"{"patternProperties": {}}"#, "`patternProperties`", .unsupported),
    (#"{"items": [{}]}"#, "#/items", .invalidInput), (#"{"enum": []}"#, "#/enum", .invalidInput),
    (#"{"minItems": -1}"#, "#/minItems", .invalidInput),
    (#"{"minLength": 1.5}"#, "#/minLength", .invalidInput),
    (#"{"required": "a"}"#, "#/required", .invalidInput),
    (#"{"anyOf": []}"#, "#/anyOf", .invalidInput),
    (##"{"$ref": "other.json"}"##, "#/$ref", .invalidInput),
    (##"{"$ref": "#/$defs/a"}"##, "#/$ref", .invalidInput),
    (##"{"$ref": "#anchor"}"##, "#/$ref", .invalidInput),
    (##"{"minimum": "1"}"##, "#/minimum", .invalidInput),
    (##"{"x-a": {"not": {}}, "$ref": "#/x-a"}"##, "`not` at #/x-a", .unsupported),
    (#"{"type": "string", "type": "null"}"#, "a key comes twice", .invalidInput),
  ])
  func `a schema that cannot be checked with is refused`(
    schema: String, words: String, code: RAGError.Code
  ) {
    let error = #expect(throws: RAGError.self) { try JSONSchema(schema) }
    #expect(error?.code == code)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test func `schemas without end are errors, and neither hang nor overflow`() throws {
    let loops = [
      ##"{"$ref": "#"}"##, ##"{"allOf": [{"$ref": "#"}]}"##,
      ##"{"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}"##,
      ##"{"items": {"$ref": "#/$defs/a"}, "$defs": {"a": {"oneOf": [true, {"$ref": "#/$defs/a"}]}}}"##,
      ##"{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}"##,
    ]
    // Before anything is checked with them, and so before a model is asked.
    for loop in loops {
      let error = #expect(throws: RAGError.self) { try JSONSchema(loop) }
      #expect(error?.code == .invalidInput)
      #expect(error?.message.contains("refers to itself without end") == true)
    }
    // Applied twice, and not within itself.
    let twice = ##"{"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {}}}"##
    #expect(try JSONSchema(twice).problems(in: "1").isEmpty)
    // Doubles with each level of the value.
    let doubling = try JSONSchema(
      ##"{"anyOf": [{"items": {"$ref": "#"}, "type": "array"}, {"items": {"$ref": "#"}, "type": "array"}]}"##
    )
    let deep = String(repeating: "[", count: 40) + "1" + String(repeating: "]", count: 40)
    let error = #expect(throws: RAGError.self) { try doubling.problems(in: deep) }
    #expect(error?.code == .limitExceeded)
    let chain = (0..<20_000).map { ##""d\##($0)": {"$ref": "#/$defs/d\##($0 + 1)"}"## }
    let long =
      ##"{"$defs": {\##(chain.joined(separator: ",")), "d20000": {}}, "$ref": "#/$defs/d0"}"##
    #expect(throws: RAGError.self) { try JSONSchema(long).problems(in: "1") }
    let nested = String(repeating: #"{"items":"#, count: 5000) + "{}"
    #expect(throws: RAGError.self) { try JSONSchema(nested) }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `random values and schemas never trap`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let pieces = [
      "{", "}", "[", "]", ",", ":", "\"type\"", "\"a\"", "1", "-1e3", "null", "true", "\"object\"",
      "\"$ref\"", "\"#\"", "\"items\"", "\"anyOf\"", "\"enum\"",
    ]
    let text = (0..<40).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    #expect(throws: RAGError.self) { try JSONSchema("{" + text) }
    _ = try JSONSchema(Self.order).problems(in: text)
  }
}

@Suite struct JSONSchemaCheckerTests {
  @Test(arguments: [
    #"{"a": 1}"#, "  {\"a\": 1}\n", "```json\n{\"a\": 1}\n```",
    "Here:\n```\n{\"a\": 1}\n```\nDone.",
    "As [1] says, it is {\"a\": 1} [2].", "```\n{\"a\": 1}", "{\"a\": 1} — and {\"b\"}",
    "```text\nno json\n```\n```json\n{\"a\": 1}\n```",
    "```json {\"a\": 1} ```", "Here:\n```{\"a\": 1}```\nDone.", "```json {\"a\": 1}\n```",
  ])
  func `the JSON of an answer is found`(answer: String) throws {
    #expect(try JSONAnswer.json(in: answer) == #"{"a": 1}"#)
  }

  @Test(arguments: [
    ("I cannot.", "holds no JSON"), ("", "holds no JSON"), ("{\"a\": 1", "not valid JSON"),
    ("```json\n{\"a\": }\n```", "code fence is not valid JSON at byte 6"),
    ("```\n{\"a\": 1}\n```\n```\n{\"a\": 2}\n```", "2 JSON values"),
    ("{\"a\": 1} or {\"a\": 2, \"b\": {}}", "2 JSON objects"),
    (String(repeating: "[", count: 100_000), "not valid JSON"),
  ])
  func `an answer without JSON says why`(answer: String, reason: String) {
    let error = #expect(throws: UnreadableProposal.self) { try JSONAnswer.json(in: answer) }
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
  }

  @Test func `a model corrects itself by what the checker says`() async throws {
    let schema = try JSONSchema(
      #"{"type": "object", "required": ["year"], "properties": {"year": {"type": "integer"}}}"#)
    let checker = JSONSchemaChecker(schema)
    #expect(try await checker.check("```\n{\"year\": 2004}\n```") == .accepted)
    // Repairs only what it is told.
    let backend = ClosureBackend { prompt in
      if prompt.user.contains("$.year: expected an integer, found a string") {
        return #"{"year": 2004}"#
      }
      return prompt.user.contains("expected the member \"year\"") ? #"{"year": "2004"}"# : "{}"
    }
    let composed = try PromptComposer(template: .builtIn(.extract)).compose(
      PromptMaterial(question: "When?", hits: makeHits(["In 2004."]), schema: schema),
      for: backend)
    #expect(composed.prompt.user.hasSuffix("JSON Schema:\n" + schema.text))
    let reflection = try await ReflectionLoop(
      ModelProposer(backend, task: composed.prompt, read: JSONAnswer.json), checkers: [checker],
      budget: ReflectionBudget(duration: .seconds(86_400))
    ).run()
    #expect(reflection.isAccepted && reflection.attempts.count == 3)
    #expect(reflection.attempts.map(\.verdict.score) == [0.5, 0.5, 1])
  }

  @Test func `a schema is read from a file`() throws {
    let path = temporaryFile(#"{"type": "array"}"#)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try JSONSchema.read(path).problems(in: "[]").isEmpty)
    let wrong = temporaryFile(#"{"not": {}}"#)
    defer { try? FileManager.default.removeItem(atPath: wrong) }
    let error = #expect(throws: RAGError.self) { try JSONSchema.read(wrong) }
    #expect(error?.path == wrong && error?.code == .unsupported)
  }
}
