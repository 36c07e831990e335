extension SQLResult {
  /// Numbers that differ by less than this share are the same: sums depend on the order of rows.
  private static let tolerance = 1e-9

  /// Whether another query gave the same answer: the same rows, as often, by the values alone.
  ///
  /// The names of columns do not count, their order does; that of rows only where asked. A whole
  /// number equals the same number with a point. Results that a limit cut in different ways are
  /// not the same.
  public func agrees(with other: SQLResult, ordered: Bool = false) -> Bool {
    guard truncation == other.truncation, columns.count == other.columns.count,
      rows.count == other.rows.count
    else { return false }
    let (left, right) = ordered ? (rows, other.rows) : (Self.sorted(rows), Self.sorted(other.rows))
    return zip(left, right).allSatisfy { zip($0, $1).allSatisfy(Self.isSame) }
  }

  private static func isSame(_ left: SQLValue, _ right: SQLValue) -> Bool {
    if left == right { return true }
    if case .integer = left, case .integer = right { return false }
    guard let a = left.number, let b = right.number, a.isFinite, b.isFinite else { return false }
    return abs(a - b) <= tolerance * max(abs(a), abs(b))
  }

  /// The rows in an order that numbers which are nearly the same change last.
  private static func sorted(_ rows: [[SQLValue]]) -> [[SQLValue]] {
    rows.map { row in
      (
        row: row, words: row.map { $0.number == nil ? $0.key : "n" },
        numbers: row.map { $0.number ?? 0 }
      )
    }
    .sorted { left, right in
      if left.words != right.words { return left.words.lexicographicallyPrecedes(right.words) }
      return left.numbers.lexicographicallyPrecedes(right.numbers)
    }
    .map(\.row)
  }
}

extension SQLValue {
  /// The value of a number.
  fileprivate var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    default: nil
    }
  }

  /// Differs for values that are not numbers and differ.
  fileprivate var key: String {
    switch self {
    case .text(let text): "t" + text
    case .blob(let bytes): "b" + Self.hexadecimal(bytes)
    default: ""
    }
  }
}
