public import RAGCore

/// A JSON Schema that answers of a model are checked with.
///
/// A subset of draft 2020-12 (Wright et al. 2022, "JSON Schema: A Media Type for Describing JSON
/// Documents"): `type`, `enum`, `const`; `properties`, `required`, `additionalProperties`,
/// `minProperties`, `maxProperties`; `items`, `minItems`, `maxItems`, `uniqueItems`; `minimum`,
/// `maximum`, `exclusiveMinimum`, `exclusiveMaximum`; `minLength`, `maxLength`, `pattern`; `anyOf`, `oneOf`,
/// `allOf`; `$ref` within the schema, `$defs`. Annotations, of which `format` is one, say nothing.
/// Any other keyword is an error, as an answer would pass that it forbids.
public struct JSONSchema: Sendable, Hashable {
  /// The schema as it was given.
  public let text: String
  let root: JSONValue

  /// Reads a schema.
  /// - Throws: ``RAGError`` of code `invalidInput` for what is not JSON or no schema, and
  ///   `unsupported` for a keyword that is not checked.
  public init(_ text: String) throws {
    do {
      root = try JSONValue(json: text)
    } catch {
      throw RAGError(.invalidInput, "the JSON Schema is \(error)")
    }
    self.text = text
    try SchemaReading.check(root)
  }

  /// Reads a schema from a file.
  /// - Throws: ``RAGError``: `notFound`, `io`, `limitExceeded`, `invalidInput`, `unsupported`.
  public static func read(_ path: String, limits: Limits = Limits()) throws -> JSONSchema {
    let file = try TextFile(path, limits: limits)
    do {
      return try JSONSchema(String(decoding: file.data, as: UTF8.self))
    } catch {
      throw file.failure(error)
    }
  }

  /// What is wrong with a JSON text, in words for whoever is to correct it; nothing if it conforms.
  /// - Throws: ``RAGError`` of code `limitExceeded` when alternatives within alternatives take too
  ///   many steps, `invalidInput` when the schema refers to itself without end.
  public func problems(in json: String) throws -> [JSONProblem] {
    let value: JSONValue
    do {
      value = try JSONValue(json: json)
    } catch {
      return [JSONProblem(path: "$", message: "\(error)")]
    }
    var run = SchemaRun(root: root)
    return try run.problems(of: value, by: root, at: "$")
  }
}

/// A place of a JSON value that does not conform to its schema.
public struct JSONProblem: Sendable, Hashable, CustomStringConvertible {
  /// The place, as in `$.items[2].name`.
  public var path: String
  /// What was expected there, and what was found.
  public var message: String

  /// Makes a problem.
  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  /// Place and problem, in one line.
  public var description: String { "\(path): \(message)" }
}
