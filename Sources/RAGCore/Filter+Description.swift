extension Filter: CustomStringConvertible {
  /// The filter as ``init(parsing:limits:)`` reads it.
  ///
  /// What the grammar cannot say is printed as what means the same: an `and` or `or` of one part
  /// as the part, an `and` of none as a condition that always holds, one of a list as `in`.
  public var description: String {
    switch self {
    case .equals(let field, .list(let values)):
      return Filter.isIn(field: field, values).description
    case .equals(let field, let value):
      return "\(Self.text(ofField: field)) = \(Self.text(of: value))"
    case .isIn(let field, let values):
      return "\(Self.text(ofField: field)) in (\(Self.text(of: .list(values))))"
    case .range(let field, let bounds):
      return Self.text(ofField: field, bounds)
    case .hasPrefix(let field, let prefix):
      return "\(Self.text(ofField: field)) prefix \(Self.quoted(prefix))"
    case .exists(let field):
      return "exists \(Self.text(ofField: field))"
    case .and(let parts):
      guard !parts.isEmpty else { return "not path in ()" }
      guard parts.count > 1 else { return parts[0].description }
      return parts.map { part in
        part.isJunction ? "(\(part))" : part.description
      }.joined(separator: " and ")
    case .or(let parts):
      guard !parts.isEmpty else { return "path in ()" }
      guard parts.count > 1 else { return parts[0].description }
      return parts.map { part in
        if case .or = part, part.isJunction { return "(\(part))" }
        return part.description
      }.joined(separator: " or ")
    case .not(.equals(let field, let value)) where !value.isList:
      return "\(Self.text(ofField: field)) != \(Self.text(of: value))"
    case .not(let part):
      return part.isJunction ? "not (\(part))" : "not \(part)"
    }
  }

  /// Whether it is printed as several parts with `and` or `or` between them.
  private var isJunction: Bool {
    switch self {
    case .and(let parts), .or(let parts):
      return parts.count > 1 || (parts.first?.isJunction ?? false)
    default: return false
    }
  }

  private static func text(ofField field: String, _ bounds: Bounds) -> String {
    let name = text(ofField: field)
    switch (bounds.lower, bounds.upper) {
    case (let lower?, let upper?):
      let lowerMark = bounds.includesLower ? "" : " exclusive"
      let upperMark = bounds.includesUpper ? "" : " exclusive"
      return "\(name) between \(text(of: lower))\(lowerMark) and \(text(of: upper))\(upperMark)"
    case (let lower?, nil):
      return "\(name) \(bounds.includesLower ? ">=" : ">") \(text(of: lower))"
    case (nil, let upper?):
      return "\(name) \(bounds.includesUpper ? "<=" : "<") \(text(of: upper))"
    case (nil, nil):
      return "exists \(name)"
    }
  }

  private static func text(ofField field: String) -> String {
    guard !FilterLexer.isField(field) else { return field }
    var quoted = "`".unicodeScalars
    for scalar in field.unicodeScalars {
      quoted.append(scalar)
      if scalar == "`" { quoted.append(scalar) }
    }
    quoted.append("`")
    return String(quoted)
  }

  private static func text(of value: MetadataValue) -> String {
    switch value {
    case .string(let text): return quoted(text)
    case .bool(let value): return value ? "true" : "false"
    case .list(let values): return values.map(text(of:)).joined(separator: ", ")
    case .number(let number):
      if number.isInfinite { return number < 0 ? "-1e999" : "1e999" }
      if number.isNaN { return quoted("nan") }
      // Whole numbers that Float64 does not tell from others are read as their digits.
      let whole = Int64(exactly: number).flatMap { MetadataValue.isExact($0) ? $0 : nil }
      return whole.map(String.init) ?? number.description
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\"".unicodeScalars
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted.append(contentsOf: "\\\(scalar)".unicodeScalars)
      case "\n": quoted.append(contentsOf: "\\n".unicodeScalars)
      case "\r": quoted.append(contentsOf: "\\r".unicodeScalars)
      case "\t": quoted.append(contentsOf: "\\t".unicodeScalars)
      default:
        if scalar.properties.generalCategory == .control {
          let hex = String(scalar.value, radix: 16)
          quoted.append(contentsOf: "\\u{\(hex)}".unicodeScalars)
        } else {
          quoted.append(scalar)
        }
      }
    }
    quoted.append("\"")
    return String(quoted)
  }
}

extension MetadataValue {
  fileprivate var isList: Bool {
    if case .list = self { return true }
    return false
  }
}
