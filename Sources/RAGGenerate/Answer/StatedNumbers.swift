/// The numbers of a text, in a form that compares across the ways to write them.
///
/// Signs that group thousands are left out (1,000, 1.000, 1'000 and 1 000 are 1000), a decimal comma
/// is a point, amounts and shares have no zeros at the end of decimals (1,450.00 is 1450, 7.0 % is
/// 7 %), a full hour has no minutes (9:00 is 9) and counts from midnight too (6 pm is 18), and a date is
/// its parts, without leading zeros (30.06.2027, 2027-06-30 and 30 June 2027 are 30, 6 and 2027). A word
/// for a power of ten counts, for the first number of a range too (3 to 5 million), as do numbers in
/// words, and what units begin with (.5 MW is 500 kW). Raised digits count for nothing.
struct StatedNumbers {
  private struct Number: Hashable {
    /// The ways to read it, each as one number or several: 300 K is 300000 or 300, and 120 135 is
    /// 120135, or 120 and 135.
    var readings: Set<[String]>
    /// Its digits without the power of ten that a word says, and that power.
    var digits = ""
    var power = 0

    init(_ value: String) { readings = [[value]] }
  }

  private let numbers: Set<Number>
  /// The powers of ten that words of the text stand for.
  private let powers: Set<Int>
  /// Numbers of accounts and the like, as one, and their groups.
  private let codes: [(joined: String, groups: Set<Number>)]

  /// The numbers that a text states: in digits, and in words that are numbers for sure.
  /// - Complexity: O(characters).
  init(statedIn text: String) {
    let words = CardinalWords.values(in: text.split { !$0.isLetter }, onlySure: true)
    let values = words.map { String($0) } + ChineseNumbers.values(statedIn: text)
    numbers = Self.inDigits(text)
      .union(Self.months(in: text, besideDigits: true))
      .union(values.map { Number($0) })
    powers = []
    codes = DigitGroups.codes(in: text).map { ($0.joined, Self.inDigits(String($0.text))) }
  }

  /// These, and all that may be read as a number.
  init(givenIn text: String) {
    let words = text.split { !$0.isLetter }
    let values =
      CardinalWords.values(in: words, onlySure: false).map { String($0) }
      + ChineseNumbers.values(givenIn: text) + NumberWords.named(in: text, words: words)
      + DigitGroups.codes(in: text).map(\.joined)
    numbers = Self.inDigits(text)
      .union(Self.months(in: text, besideDigits: false))
      .union(values.map { Number($0) })
    powers = NumberWords.powers(namedIn: text, words: words)
    codes = []
  }

  var isEmpty: Bool { numbers.isEmpty }

  /// Whether another text has all of these; where it has the word for a power of ten elsewhere, as in
  /// the head of a table, the digits will do.
  func areAll(in others: StatedNumbers) -> Bool {
    let values = Set(others.numbers.flatMap { $0.readings.joined() })
    let known = codes.filter { values.contains($0.joined) }.flatMap(\.groups)
    return numbers.subtracting(known).allSatisfy { number in
      number.readings.contains { $0.allSatisfy(values.contains) }
        || others.powers.contains(number.power) && values.contains(number.digits)
    }
  }

  private static func inDigits(_ text: String) -> Set<Number> {
    let text = NumberWords.withPlainFractionsAndTimes(text)
    var numbers: Set<Number> = []
    // The number before, if no word for a power of ten is behind it, its digits and its end.
    var last: (number: Number, digits: String, end: String.Index)?
    for match in text.matches(of: NumberWords.digits) {
      let digits = match.output.1.map {
        $0.wholeNumberValue.map(String.init) ?? String($0)
      }.joined()
      let unit = match.output.2?.lowercased() ?? ""
      let power = NumberWords.powers[unit] ?? 0
      if let last, power > 0,
        text[last.end..<match.range.lowerBound].wholeMatch(of: NumberWords.rangeJoint) != nil
      {
        var first = last.number
        first.readings.insert([shifted(last.digits, by: power)])
        numbers.remove(last.number)
        numbers.insert(first)
      }
      last = nil
      let parts = DigitGroups.plain(digits)
      for part in parts {
        var number = Number(shifted(part, by: power))
        // Metres, kelvins and bytes have no power of ten.
        if unit.utf8.count == 1 { number.readings.insert([part]) }
        if unit.utf8.count != 1, power > 0 { (number.digits, number.power) = (part, power) }
        if digits.contains(" ") {
          number.readings.insert(digits.split(separator: " ").map(String.init))
        }
        if parts.count == 1 {
          let isMeasured = match.output.3 != nil || unit.utf8.count == 1
          let amount = NumberWords.Amount(part, at: match.range, in: text)
          number.readings.formUnion(amount.readings(isMeasured: isMeasured).map { [$0] })
          if match.output.3 != nil {
            number.readings.formUnion(
              number.readings.filter { $0.count == 1 }.map { [$0[0] + "%"] })
          }
          if amount.isMidnight { number.readings = [["0"]] }
        }
        numbers.insert(number)
        if parts.count == 1, power == 0 { last = (number, part, match.range.upperBound) }
      }
    }
    return numbers
  }

  private static func months(in text: String, besideDigits: Bool) -> Set<Number> {
    let found = text.matches(of: NumberWords.months).filter {
      !besideDigits || $0.output.1 != nil || $0.output.3 != nil
    }
    return Set(
      found.compactMap { NumberWords.monthNumbers[String($0.output.2.prefix(3))] }.map {
        Number(String($0))
      })
  }

  /// A decimal number times a power of ten.
  static func shifted(_ number: String, by power: Int) -> String {
    let halves = number.split(separator: ".")
    guard power > 0, halves.count <= 2 else { return number }
    let decimals = halves.count == 2 ? String(halves[1]) : ""
    guard decimals.count <= power else { return number }
    let digits = halves[0] + decimals + String(repeating: "0", count: power - decimals.count)
    return String(digits.drop { $0 == "0" })
  }
}
