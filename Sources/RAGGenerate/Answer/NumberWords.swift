/// How numbers are written: in digits, in dates, and as words of English, German and Chinese.
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

  /// The values of the words that are numbers, also of two, as in "twenty-five"; where it is asked for,
  /// only of those that count a time, as in "two weeks", but for "one day", which is no number.
  static func values(in words: [Substring], beforeTime: Bool) -> [Int] {
    let words = words.map { $0.lowercased() }
    var found: [Int] = []
    var index = 0
    while index < words.count {
      guard var value = value(of: words[index]) else {
        index += 1
        continue
      }
      index += 1
      if (20...90).contains(value), index < words.count, let unit = values[words[index]],
        (1...9).contains(unit)
      {
        value += unit
        index += 1
      }
      let next = words[index...].first { !fillers.contains($0) }
      if !beforeTime || value > 1 && next.map(times.contains) == true { found.append(value) }
    }
    return found
  }

  private static func value(of word: String) -> Int? {
    if let value = values[word] { return value }
    // "fünfundzwanzig"
    let parts = word.split(separator: "und", maxSplits: 1)
    guard parts.count == 2, let unit = values[String(parts[0])],
      let tens = values[String(parts[1])],
      unit < 10, (20...90).contains(tens)
    else { return nil }
    return tens + unit
  }

  private static let values: [String: Int] = [
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "fifteen": 15, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "hundred": 100, "a": 1, "an": 1, "ein": 1, "eine": 1, "einem": 1, "einen": 1,
    "einer": 1, "eines": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7,
    "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12, "fünfzehn": 15, "zwanzig": 20,
    "dreißig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80,
    "neunzig": 90, "hundert": 100,
  ]

  private static let times: Set<String> = [
    "day", "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "minute",
    "minutes", "tag", "tage", "tagen", "woche", "wochen", "monat", "monate", "monaten", "jahr",
    "jahre", "jahren", "stunde", "stunden", "minuten",
  ]
  private static let fillers: Set<String> = ["calendar", "business", "working", "full"]

  /// A number in Chinese.
  nonisolated(unsafe) static let chinese = /[一二两三四五六七八九十][〇零一二两三四五六七八九十百千万亿点]*/

  /// Whether it is one for sure, with a power of ten or as a year: 五六 is five or six.
  static func isSurely(aNumber run: Substring) -> Bool {
    run.count > 1 && run.contains { "十百千万亿".contains($0) }
      || run.count == 4 && ["一九", "二〇", "二零"].contains(run.prefix(2))
  }

  /// The value of such a number; nil where it is none, or longer than a number is written.
  static func value(ofChinese run: Substring) -> Int? {
    guard run.count <= 16, !run.contains("点"), run.count(where: { $0 == "亿" }) < 2,
      run.count(where: { $0 == "万" }) < 3
    else { return nil }
    let units: [Character: Int] = ["十": 10, "百": 100, "千": 1_000]
    // Years are written digit by digit.
    if !run.contains(where: { units[$0] != nil || "万亿".contains($0) }) {
      return run.reduce(0) { 10 * $0 + digit($1) }
    }
    var (total, section, last) = (0, 0, 0)
    for character in run {
      if let unit = units[character] {
        section += max(last, 1) * unit
        last = 0
      } else if character == "万" {
        total += (section + last) * 10_000
        (section, last) = (0, 0)
      } else if character == "亿" {
        total = (total + section + last) * 100_000_000
        (section, last) = (0, 0)
      } else {
        last = digit(character)
      }
    }
    return total + section + last
  }

  private static func digit(_ character: Character) -> Int {
    character == "两" ? 2 : chineseDigits.firstIndex(of: character) ?? 0
  }

  private static let chineseDigits = Array("〇一二三四五六七八九")
}
