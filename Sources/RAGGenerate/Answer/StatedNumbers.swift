/// The numbers of a text, in a form that compares across the ways to write them.
///
/// Signs that group thousands are left out (1,000, 1.000, 1'000 and 1 000 are 1000), a decimal comma is a
/// point, whole amounts have no decimals (1,450.00 is 1450), and a date is its parts, without leading
/// zeros (30.06.2027, 2027-06-30 and 30 June 2027 are 30, 6 and 2027). A word for a power of ten
/// counts (30 million is 30000000). Raised digits count for nothing.
struct StatedNumbers {
  /// A number, and its digits without the power of ten that a word says.
  fileprivate struct Number: Hashable {
    var value: String
    var digits: String
    var power = 0
  }

  private let numbers: Set<Number>
  /// The powers of ten that words of the text stand for.
  private let powers: Set<Int>

  /// The numbers that a text states: in digits, in words before a unit of time, and in Chinese where
  /// there is more than one sign.
  /// - Complexity: O(characters).
  init(statedIn text: String) {
    let words = text.matches(of: NumberWords.beforeTime).map(\.output.1).compactMap(Self.word)
    let chinese = text.matches(of: NumberWords.chinese).map(\.output).filter { $0.count > 1 }
    numbers = Self.inDigits(text)
      // "One day" is no number.
      .union(words.filter { $0.value != "1" })
      .union(chinese.compactMap(Self.chinese))
    powers = []
  }

  /// These, and all that may be read as a number.
  init(givenIn text: String) {
    let words = text.split { !$0.isLetter }
    numbers = Self.inDigits(text)
      .union(words.compactMap(Self.word))
      .union(text.matches(of: NumberWords.chinese).map(\.output).compactMap(Self.chinese))
    powers = NumberWords.powers(namedIn: text, words: words)
  }

  var isEmpty: Bool { numbers.isEmpty }

  /// Whether another text has all of these; where it has the word for a power of ten elsewhere, as in
  /// the head of a table, the digits will do.
  func areAll(in others: StatedNumbers) -> Bool {
    let values = Set(others.numbers.map(\.value))
    return numbers.allSatisfy {
      values.contains($0.value) || others.powers.contains($0.power) && values.contains($0.digits)
    }
  }

  private static func inDigits(_ text: String) -> Set<Number> {
    var numbers: Set<Number> = []
    for match in text.matches(of: NumberWords.digits) {
      let digits = match.output.1.map {
        $0.wholeNumberValue.map(String.init) ?? String($0)
      }.joined()
      let power = match.output.2.flatMap { NumberWords.powers[$0.lowercased()] } ?? 0
      for part in plain(digits) {
        numbers.insert(Number(value: shifted(part, by: power), digits: part, power: power))
      }
    }
    for match in text.matches(of: NumberWords.months)
    where match.output.1 != nil || match.output.3 != nil {
      if let month = NumberWords.monthNumbers[String(match.output.2.prefix(3))] {
        numbers.insert(Number(month))
      }
    }
    return numbers
  }

  private static func plain(_ number: String) -> [String] {
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
      return [withoutEmptyDecimals(groups.joined() + halves.dropFirst().map { "." + $0 }.joined())]
    }
    return [withoutEmptyDecimals(parts.joined(separator: "."))]
  }

  private static func withoutEmptyDecimals(_ number: String) -> String {
    number.hasSuffix(".00") ? String(number.dropLast(3)) : number
  }

  /// A decimal number times a power of ten.
  private static func shifted(_ number: String, by power: Int) -> String {
    let halves = number.split(separator: ".")
    guard power > 0, halves.count <= 2 else { return number }
    let decimals = halves.count == 2 ? String(halves[1]) : ""
    guard decimals.count <= power else { return number }
    let digits = halves[0] + decimals + String(repeating: "0", count: power - decimals.count)
    return String(digits.drop { $0 == "0" })
  }

  private static func word(_ word: Substring) -> Number? {
    NumberWords.values[word.lowercased()].map(Number.init)
  }

  private static func chinese(_ run: Substring) -> Number? {
    NumberWords.value(ofChinese: run).map(Number.init)
  }
}

extension StatedNumbers.Number {
  init(_ value: Int) { self.init(value: String(value), digits: String(value)) }
}
