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
    /// As it is written.
    var text: Substring
    /// Its digits, as another writes them without groups.
    var joined: String
  }

  /// Those of a text.
  /// - Complexity: O(characters).
  static func codes(in text: String) -> [Code] {
    var codes: [Code] = []
    var groups: [Substring] = []
    func endCode() {
      defer { groups = [] }
      guard groups.count > 1, let first = groups.first, let last = groups.last else { return }
      let digits = groups.joined()
      guard digitCounts ~= digits.count else { return }
      codes.append(
        Code(
          text: text[first.startIndex..<last.endIndex], joined: String(digits.drop { $0 == "0" })))
    }
    for group in text.split(whereSeparator: { !("0"..."9").contains($0) }) {
      if let last = groups.last, !isJoint(text[last.endIndex..<group.startIndex]) { endCode() }
      groups.append(group)
    }
    endCode()
    return codes
  }

  private static func isJoint(_ text: Substring) -> Bool {
    text.utf8.count <= 3 && text.utf8.allSatisfy(" -/()".utf8.contains)
  }

  private static let digitCounts = 9...40
}
