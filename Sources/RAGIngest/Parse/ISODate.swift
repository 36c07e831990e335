/// Brings dates to ISO 8601, whose order as text is their order in time.
enum ISODate {
  /// The date in the form `2026-03-01` or `2026-03-01T12:00:00Z`, or nil when it is not written
  /// year, month, day.
  static func normalized(_ value: String) -> String? {
    let text = value.trimmingSpaces()
    var digits: [Substring] = []
    var rest = text[...]
    for (length, range) in [(4, 1000...9999), (2, 1...12), (2, 1...31)] {
      let part = rest.prefix { $0.isASCII && $0.isNumber }.prefix(length)
      guard let number = Int(part), range.contains(number) else { return nil }
      digits.append(part)
      rest = rest.dropFirst(part.count)
      if digits.count < 3, let mark = rest.first, "-/.".contains(mark) { rest = rest.dropFirst() }
    }
    let date = digits.map { $0.count == 1 ? "0\($0)" : String($0) }.joined(separator: "-")
    guard let mark = rest.first else { return date }
    guard mark == "T" || mark == "t" || mark == " " else { return nil }
    let time = rest.dropFirst().filter { $0 != " " }
    return time.first?.isNumber == true ? "\(date)T\(time)" : date
  }
}
