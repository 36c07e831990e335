/// The numbers of a text, in a form that compares across the ways to write them.
enum StatedNumbers {
  /// The numbers in ASCII digits.
  ///
  /// Signs that group thousands are left out (1,000 and 1.000 are 1000), a decimal comma is a point,
  /// and a date is its parts, without leading zeros (30.06.2027 and 2027-06-30 are 30, 6 and 2027).
  /// Raised digits count for nothing.
  /// - Complexity: O(characters).
  static func numbers(of text: String) -> Set<String> {
    var numbers: Set<String> = []
    for match in text.matches(of: #/\p{Nd}+(?:[.,]\p{Nd}+)*/#) {
      let number = match.output.map { $0.wholeNumberValue.map(String.init) ?? String($0) }.joined()
      numbers.formUnion(plain(number))
    }
    return numbers
  }

  private static func plain(_ number: String) -> [String] {
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
}

extension String {
  /// The text without what counts it in a list: `1.` or `2)`.
  var withoutListNumber: Substring {
    let text = drop(while: \.isWhitespace)
    let digits = text.prefix(while: \.isWholeNumber)
    let rest = text[digits.endIndex...]
    guard (1...3).contains(digits.count), rest.first == "." || rest.first == ")" else {
      return self[...]
    }
    let item = rest.dropFirst()
    return item.isEmpty || item.first?.isWhitespace == true ? item : self[...]
  }
}
