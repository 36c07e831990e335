/// How numbers are written in digits, with the words beside them, and in dates.
///
/// Regular expressions are parsed each time that they are written within a function.
enum NumberWords {
  /// A number in digits, and behind it the word for a power of ten, and the sign of per cents.
  nonisolated(unsafe) static let digits =
    #/
    (\p{Nd}{1,3}(?:\ \p{Nd}{3})+(?!\p{Nd})(?:[.,]\p{Nd}+)?
      |\p{Nd}+(?:[.,'’\u{A0}\u{2009}\u{202F}]\p{Nd}+)*)
    (?:[\ \u{A0}\-]?((?i:thousand|tausend|million(?:en)?|mio|billion|bn|milliarden?|mrd|trillion)\b
      |[KkMmB]\b|[百千]?[万亿]|[百千]))?
    (\ ?(?:[%％]|percent|per\ cent|Prozent))?
    /#

  /// A time of full or half hours, or with a point between hours and minutes.
  nonisolated(unsafe) static let clock =
    #/
    \b(\p{Nd}{1,2})
    (?: (?::00)+(?!\p{Nd}) | [.:](\p{Nd}{2})(?=\ ?(?:Uhr|[aApP]\.?[mM])\b) | [点點](半) )
    /#

  /// What stands between the two numbers of a range, the first of which lacks the second's word for a
  /// power of ten.
  nonisolated(unsafe) static let rangeJoint =
    #/
    \ ?(?:[\-–—~～〜至到和]|增至|升至|降至|to|and|or|bis|und|oder|auf)\ ?(?:[$€£¥￥]|EUR|USD)?\ ?
    /#

  /// The powers of ten that words stand for.
  static let powers: [String: Int] = [
    "thousand": 3, "tausend": 3, "k": 3, "million": 6, "millionen": 6, "mio": 6, "m": 6,
    "billion": 9, "bn": 9, "b": 9, "milliarde": 9, "milliarden": 9, "mrd": 9, "trillion": 12,
    "百": 2, "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8, "百亿": 10, "千亿": 11,
  ]

  /// Those of a text, given with its words.
  static func powers(namedIn text: String, words: [Substring]) -> Set<Int> {
    var found = Set(
      words.filter { $0.utf8.count > 1 }.compactMap { word in
        let word = word.lowercased()
        return powers[word] ?? (word.hasSuffix("ions") ? powers[String(word.dropLast())] : nil)
      })
    for sign in ["百", "千", "万", "百万", "千万", "亿"] where text.contains(sign) {
      found.formUnion(powers[sign].map { [$0] } ?? [])
    }
    return found
  }

  /// A text with decimals for fractions, and with times as they are compared: 2½ and 2 1/2 are 2.5, .5
  /// is 0.5, 9:00 is 9.
  static func withPlainFractionsAndTimes(_ text: String) -> String {
    text.replacing(fraction) { match in
      let (all, sign, slashed) = match.output
      let isApart = all.first == " "
      let count = text[..<match.range.lowerBound].suffix(4).reversed().prefix(while: \.isNumber)
        .count
      // "In 2027 ½ of them"
      let hasWhole = count > 0 && !(isApart && count == 4)
      let decimals = fractions[String(sign ?? slashed ?? "")] ?? ""
      if hasWhole { return decimals }
      return sign == nil ? String(all) : (isApart ? " 0" : "0") + decimals
    }.replacing(bareDecimals) { match in
      match.output.1 + "0."
    }.replacing(clock) { match in
      let minutes = match.output.2.map(String.init) ?? (match.output.3 == nil ? "00" : "30")
      return match.output.1 + (minutes == "00" ? "" : ":" + minutes)
    }
  }

  private nonisolated(unsafe) static let fraction = #/\ ?([½¼¾])|\ (1/2|1/4|3/4)(?![\p{Nd}\/])/#
  private nonisolated(unsafe) static let bareDecimals = /(^|[\s(])\.(?=\p{Nd})/
  private static let fractions = [
    "½": ".5", "¼": ".25", "¾": ".75", "1/2": ".5", "1/4": ".25", "3/4": ".75",
  ]

  /// What words may say of a number that is written in digits elsewhere: a fraction as a share or a
  /// decimal, an hour.
  static func named(in text: String, words: [Substring]) -> [String] {
    let words = words.map { $0.lowercased() }
    var values = words.flatMap { names[$0] ?? [] }
    for name in unspacedNames where text.contains(name.key) { values += name.value }
    // "two and a half", "zweieinhalb"
    for (index, word) in words.enumerated() {
      let isHalf = word == "half" && index >= 3 && words[index - 2...index - 1] == ["and", "a"]
      let count = isHalf ? words[index - 3] : String(word.dropLast("einhalb".count))
      guard isHalf || word.hasSuffix("einhalb") else { continue }
      values += CardinalWords.values(in: [count[...]], onlySure: false).map { "\($0).5" }
    }
    return values
  }

  private static let names: [String: [String]] = [
    "noon": ["12"], "midday": ["12"], "mittags": ["12"], "midnight": ["24", "0"],
    "mitternacht": ["24", "0"], "nil": ["0"], "zero": ["0"], "null": ["0"],
    "half": ["50%", "0.5"], "halves": ["50%", "0.5"], "hälfte": ["50%", "0.5"],
    "halb": ["50%", "0.5"], "halbe": ["50%", "0.5"], "halben": ["50%", "0.5"],
    "anderthalb": ["1.5"], "quarter": ["25%", "0.25"], "quarters": ["75%", "0.75"],
    "viertel": ["25%", "0.25", "75%", "0.75"], "dreiviertel": ["75%", "0.75"],
    "third": ["33%", "33.3%"], "thirds": ["67%", "66.7%", "66%"],
    "drittel": ["33%", "33.3%", "67%", "66.7%", "66%"], "fifth": ["20%"],
    "fifths": ["40%", "60%", "80%"], "fünftel": ["20%", "40%", "60%", "80%"],
    "tenth": ["10%"], "zehntel": ["10%"],
  ]
  private static let unspacedNames: [String: [String]] = [
    "一半": ["50%", "0.5"], "四分之一": ["25%", "0.25"], "四分之三": ["75%", "0.75"],
    "三分之一": ["33%", "33.3%"], "三分之二": ["67%", "66.7%", "66%"], "五分之一": ["20%"],
    "十分之一": ["10%"], "中午": ["12"], "午夜": ["0", "24"],
  ]

  /// A number with what stands beside it.
  struct Amount {
    private let number: String
    private let before: Substring
    private let behind: Substring

    init(_ number: String, at range: Range<String.Index>, in text: String) {
      self.number = number
      before = text[..<range.lowerBound].suffix(4)
      behind = text[range.upperBound...].prefix(16)
    }

    /// Other ways to write the same: an amount without two zeros behind the point, what is measured and
    /// a share without any, as of versions 1.50 is another than 1.5; in the unit without its prefix; an
    /// hour from midnight.
    func readings(isMeasured: Bool) -> [String] {
      var readings: [String] = []
      let measure = behind.prefixMatch(of: NumberWords.measure)
      let isMeasured = isMeasured || measure != nil || before.contains { "$€£¥￥".contains($0) }
      if number.hasSuffix(".00") { readings.append(String(number.dropLast(3))) }
      if isMeasured, number.last == "0", number.contains(".") {
        var rest = number[...]
        while rest.last == "0" { rest.removeLast() }
        readings.append(String(rest.last == "." ? rest.dropLast() : rest))
      }
      if let prefix = measure?.output.1 {
        let power = ["k": 3, "K": 3, "M": 6, "G": 9, "T": 12][prefix] ?? 0
        readings.append(StatedNumbers.shifted(readings.last ?? number, by: power))
      }
      if let hour = Int(number), 1...12 ~= hour,
        half == "p" || ["下午", "晚上"].contains(before.suffix(2))
      {
        readings.append("\(hour % 12 + 12)")
      }
      return readings
    }

    /// Whether it is 12 am.
    var isMidnight: Bool { number == "12" && half == "a" }

    private var half: String? {
      behind.prefixMatch(of: NumberWords.halfDay)?.output.1.lowercased()
    }
  }

  /// A unit, and what it begins with.
  private nonisolated(unsafe) static let measure =
    #/
    [\ \u{A0}]?(?:([kKMGT])(?:W|Wh|Hz|V|J|B|Byte|bit|g|m)
      |kg|[mc]?m[²³]?|m?g|ml|l|t|h|s|ms|W|Wh|V|A|°C|km|€|EUR|Euro|euros?|USD|dollars?)(?![\p{L}\p{Nd}])
    /#

  /// The half of the day that a time is of.
  private nonisolated(unsafe) static let halfDay =
    #/(?::\p{Nd}{2})?[\ \u{A0}]?([aApP])\.?[mM](?![\p{L}])/#

  /// The name of a month, and a number beside it.
  nonisolated(unsafe) static let months =
    #/
    (\p{Nd}(?:st|nd|rd|th|\.)?\ (?:of\ )?)?\b
    (Jan(?:uary?)?|Feb(?:ruary?)?|Mar(?:ch)?|März|Apr(?:il)?|May|Mai|June?|Juni|July?|Juli
      |Aug(?:ust)?|Sept?(?:ember)?|O[ck]t(?:ober)?|Nov(?:ember)?|De[cz](?:ember)?)\b
    (\.?,?\ \p{Nd})?
    /#

  /// By the first letters of their names.
  static let monthNumbers: [String: Int] = [
    "Jan": 1, "Feb": 2, "Mar": 3, "Mär": 3, "Apr": 4, "May": 5, "Mai": 5, "Jun": 6, "Jul": 7,
    "Aug": 8, "Sep": 9, "Oct": 10, "Okt": 10, "Nov": 11, "Dec": 12, "Dez": 12,
  ]
}
