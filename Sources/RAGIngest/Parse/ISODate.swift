/// Brings dates to ISO 8601, whose order as text is their order in time.
enum ISODate {
  /// The date in the form `2026-03-01` or `2026-03-01T12:00:00Z`, or nil when it is not written
  /// year, month, day, or there is no such day.
  static func normalized(_ value: String) -> String? {
    let text = value.trimmingSpaces()
    var digits: [Substring] = []
    var rest = text[...]
    var numbers: [Int] = []
    for (length, range) in [(4, 1000...9999), (2, 1...12), (2, 1...31)] {
      let part = rest.prefix { $0.isASCII && $0.isNumber }.prefix(length)
      guard let number = Int(part), range.contains(number) else { return nil }
      digits.append(part)
      numbers.append(number)
      rest = rest.dropFirst(part.count)
      if digits.count < 3, let mark = rest.first, "-/.".contains(mark) { rest = rest.dropFirst() }
    }
    guard numbers[2] <= dayCount(ofMonth: numbers[1], year: numbers[0]) else { return nil }
    let date = digits.map { $0.count == 1 ? "0\($0)" : String($0) }.joined(separator: "-")
    guard let mark = rest.first else { return date }
    guard mark == "T" || mark == "t" || mark == " " else { return nil }
    let time = rest.dropFirst().filter { $0 != " " }
    return time.first?.isNumber == true ? "\(date)T\(time)" : date
  }

  private static func dayCount(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
