/// A value of a document's metadata.
///
/// Dates are strings in ISO 8601 (`2026-03-01`), whose order as text is their order in time.
public enum MetadataValue: Sendable, Hashable {
  case string(String)
  /// Whole numbers of more than 53 bits are not told apart; ``init(wholeNumber:)`` keeps their
  /// digits.
  case number(Double)
  case bool(Bool)
  /// Several values; a filter matches if any of them does.
  case list([MetadataValue])
}

extension MetadataValue {
  /// A whole number, by its digits where Float64 does not tell it from its neighbours: as text it
  /// equals itself alone, and in ranges it still compares as the number that is nearest.
  public init(wholeNumber value: Int64) {
    self = Self.isExact(value) ? .number(Double(value)) : .string(String(value))
  }

  /// The number that a text stands for in filters and in texts of metadata. Names of numbers (`inf`,
  /// `nan`, `0x1p3`) stay words.
  package static func number(in text: String) -> Double? {
    guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
    return Double(text)
  }

  /// Whether Float64 tells a whole number from all others.
  static func isExact(_ value: Int64) -> Bool { value.magnitude < 1 << 53 }
}

extension MetadataValue: Codable {
  /// Reads a JSON value: Boolean, number, string, or an array of them.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else {
      self = .list(try container.decode([MetadataValue].self))
    }
  }

  /// Writes the plain JSON value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .string(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .bool(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    }
  }
}

extension MetadataValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A Boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A list.
  public init(arrayLiteral elements: MetadataValue...) { self = .list(elements) }
}

/// Metadata of a document, by field name.
public typealias Metadata = [String: MetadataValue]
