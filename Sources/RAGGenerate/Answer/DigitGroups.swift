/// Numbers whose digits stand in groups.
enum DigitGroups {
  /// A number without what groups its thousands, and with a decimal point; of a date, and of what else
  /// is several numbers, these.
  static func plain(_ number: some StringProtocol) -> [String] {
    // 1'450.00 and 1 450,00
    let grouped = number.contains(",") ? "." : ","
    let number = String(
      number.flatMap { ".,".contains($0) || $0.isNumber ? String($0) : grouped })
    let parts = number.split { $0 == "." || $0 == "," }
    let sizes = parts.map(\.count)
    if sizes.count == 1 || [[1, 1, 4], [1, 2, 4], [2, 1, 4], [2, 2, 4]].contains(sizes) {
      return parts.map { part in
        let digits = part.drop { $0 == "0" }
        return digits.isEmpty ? "0" : String(digits)
      }
    }
    for (group, point) in [(",", "."), (".", ",")] as [(Character, Character)] {
      let halves = number.split(separator: point)
      let groups = halves[0].split(separator: group)
      guard halves.count <= 2, groups.count > 1, groups[0].count <= 3, groups[0] != "0",
        groups.dropFirst().allSatisfy({ $0.count == 3 })
      else { continue }
      return [groups.joined() + halves.dropFirst().map { "." + $0 }.joined()]
    }
    return [parts.joined(separator: ".")]
  }

  /// What may be the number of an account, a card or a telephone: many digits in groups.
  struct Code {
    var range: Range<String.Index>
    var groups: [Substring]

    /// The digits, as another writes them without groups.
    var joined: String { String(groups.joined().drop { $0 == "0" }) }
  }

  /// Those of a text.
  static func codes(in text: String) -> [Code] {
    text.matches(of: run).compactMap { match in
      let isPartOfDecimal =
        text[..<match.range.lowerBound].last.map { ".,".contains($0) } == true
        || text[match.range.upperBound...].prefixMatch(of: decimals) != nil
      if isPartOfDecimal { return nil }
      let groups = match.output.split { !$0.isNumber }
      let areThousands = groups[0].count <= 3 && groups.dropFirst().allSatisfy { $0.count == 3 }
      let count = groups.reduce(0) { $0 + $1.count }
      guard !areThousands, leastDigitCount...mostDigitCount ~= count else { return nil }
      return Code(range: match.range, groups: groups)
    }
  }

  private static let leastDigitCount = 9
  private static let mostDigitCount = 40

  // Regular expressions are parsed each time that they are written within a function.
  private nonisolated(unsafe) static let run = /[0-9]+(?:[ \-\/()]{1,3}[0-9]+)+/
  private nonisolated(unsafe) static let decimals = /[.,][0-9]/
}
