/// One value of a result, in the five storage classes of SQLite.
public enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}

extension SQLValue: CustomStringConvertible {
  /// The value as SQL writes it in a result: text as it is, a blob as `x'…'`, NULL as `NULL`.
  public var description: String {
    switch self {
    case .null: "NULL"
    case .integer(let value): String(value)
    case .real(let value): Self.description(of: value)
    case .text(let value): value
    case .blob(let bytes): "x'\(Self.hexadecimal(bytes))'"
    }
  }

  /// Bytes in hexadecimal digits.
  public static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let characters = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: characters, as: UTF8.self)
  }

  /// The shortest digits that give the number again; infinities as SQLite writes them.
  private static func description(of value: Double) -> String {
    guard value.isInfinite else { return "\(value)" }
    return value < 0 ? "-Inf" : "Inf"
  }
}

extension SQLValue: Encodable {
  /// Writes a JSON number, string or null; a blob as a string of hexadecimal digits, and an
  /// infinity, for which JSON has no number, as the string that ``description`` gives.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .integer(let value): try container.encode(value)
    case .real(let value) where value.isFinite: try container.encode(value)
    case .real: try container.encode(description)
    case .text(let value): try container.encode(value)
    case .blob(let bytes): try container.encode(Self.hexadecimal(bytes))
    }
  }
}
