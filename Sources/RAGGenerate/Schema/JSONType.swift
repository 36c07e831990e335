import RAGCore

/// The types that a JSON Schema knows.
enum JSONType: String, CaseIterable {
  case null, boolean, object, array, number, integer, string

  /// The narrowest type of a value: a number without fraction is an integer, also when it is
  /// written `1.0`.
  init(of value: JSONValue) {
    switch Self.normalised(value) {
    case .null: self = .null
    case .bool: self = .boolean
    case .integer: self = .integer
    case .number(let number): self = number.rounded() == number ? .integer : .number
    case .string: self = .string
    case .array: self = .array
    case .object: self = .object
    }
  }

  /// Whether a value of another type is of this one too.
  func includes(_ other: JSONType) -> Bool {
    self == other || (self == .number && other == .integer)
  }

  /// What people say for a value of the type.
  var phrase: String {
    switch self {
    case .null: "null"
    case .boolean: "true or false"
    case .object: "an object"
    case .array: "an array"
    case .number: "a number"
    case .integer: "an integer"
    case .string: "a string"
    }
  }

  /// The value with equal numbers written alike, so that equal values are equal.
  static func normalised(_ value: JSONValue) -> JSONValue {
    switch value {
    case .number(let number): Int(exactly: number).map(JSONValue.integer) ?? value
    case .array(let elements): .array(elements.map(normalised))
    case .object(let members): .object(members.mapValues(normalised))
    default: value
    }
  }
}
