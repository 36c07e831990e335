/// Whole numbers in words of English and German.
enum CardinalWords {
  /// The values of words that are numbers, those of several words too, as "two hundred and fifty".
  /// - Parameters:
  ///   - words: the words of a text.
  ///   - onlySure: leaves out those up to twelve that stand before no unit, "one" and what begins with
  ///     an article, which may count nothing, and ordinals.
  /// - Returns: in the order of the text.
  /// - Complexity: O(characters).
  static func values(in words: [Substring], onlySure: Bool) -> [Int] {
    let words = words.map { $0.lowercased() }
    var found: [Int] = []
    var index = 0
    while index < words.count {
      guard let number = Number(in: words, at: index) else {
        if !onlySure, let value = ordinal(words[index]) { found.append(value) }
        index += 1
        continue
      }
      let isArticle = articles.contains(words[index])
      index = number.end
      let value = number.value
      if value >= 20, value % 10 == 0, index < words.count, let last = ordinal(words[index]) {
        // "twenty-first"
        if onlySure { continue }
        found.append(value + last)
      }
      let next = words[index...].first { !fillers.contains($0) }
      let isMeasured = value > 1 && next.map(units.contains) == true
      if !onlySure || !isArticle && (value > 12 || isMeasured) { found.append(value) }
    }
    return found
  }

  private struct Number {
    var value = 0
    /// The index behind its last word.
    var end: Int

    init?(in words: [String], at start: Int) {
      end = start
      // The number below the next word for a thousand or more, and the power of that before.
      var section = 0
      var power = Int.max
      while end < words.count {
        let word = words[end]
        if let scale = scales[word] {
          guard section > 0, scale < power else { break }
          value += section * (0..<scale).reduce(1) { product, _ in 10 * product }
          (section, power) = (0, scale)
        } else if word == "hundred" || word == "hundert" {
          guard section < 100, section > 0 || value == 0 else { break }
          section = max(section, 1) * 100
        } else if word == "and" || word == "und" {
          guard section > 0 ? section % 100 == 0 : value > 0, end + 1 < words.count,
            let next = small(words[end + 1]), next < 100, !articles.contains(words[end + 1])
          else { break }
        } else if let small = small(word), end == start || !articles.contains(word) {
          let isFirst = section == 0 && (value == 0 || small < 1_000)
          let isRest =
            section % 100 == 0 ? small < 100 : section % 10 == 0 && section % 100 > 10 && small < 10
          guard isFirst && (end == start || value > 0) || section > 0 && isRest else { break }
          section += small
        } else {
          break
        }
        end += 1
      }
      value += section
      if end == start { return nil }
    }
  }

  /// No number below a million is longer.
  private static let longestByteCount = 64

  /// The value of one word, as "vierzehn" or "zweihundertfünfzig".
  private static func small(_ word: String) -> Int? {
    if let value = values[word] { return value }
    guard 7...longestByteCount ~= word.utf8.count else { return nil }
    for (part, factor) in [("tausend", 1_000), ("hundert", 100)] {
      let parts = word.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      let count = parts[0].isEmpty ? 1 : small(String(parts[0]))
      let rest = parts[1].isEmpty ? 0 : small(String(parts[1]))
      guard let count, let rest, count < 1_000, rest < factor else { return nil }
      return count * factor + rest
    }
    // "fünfundzwanzig"
    let parts = word.split(separator: "und", maxSplits: 1)
    guard parts.count == 2, let unit = values[String(parts[0])],
      let tens = values[String(parts[1])],
      unit < 10, (20...90).contains(tens)
    else { return nil }
    return tens + unit
  }

  /// The value of "second", or of "zweite" in any case.
  private static func ordinal(_ word: String) -> Int? {
    if let value = ordinals[word] { return value }
    let stem = ["en", "er", "es", "em", "e"].first(where: word.hasSuffix).map {
      word.dropLast($0.count)
    }
    return stem.flatMap { germanOrdinals[String($0)] }
  }

  private static let values: [String: Int] = [
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "thirteen": 13,
    "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "a": 1, "an": 1, "ein": 1, "eine": 1, "einem": 1,
    "einen": 1, "einer": 1, "eines": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6,
    "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12, "dreizehn": 13,
    "vierzehn": 14, "fünfzehn": 15, "sechzehn": 16, "siebzehn": 17, "achtzehn": 18,
    "neunzehn": 19, "zwanzig": 20, "dreißig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60,
    "siebzig": 70, "achtzig": 80, "neunzig": 90,
  ]
  private static let articles: Set<String> = [
    "a", "an", "ein", "eine", "einem", "einen", "einer", "eines",
  ]
  /// The powers of ten of the words for a thousand and more.
  private static let scales = NumberWords.powers.filter {
    $0.key.utf8.count > 3 && $0.value % 3 == 0
  }

  private static let ordinals: [String: Int] = [
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
  ]
  private static let germanOrdinals: [String: Int] = [
    "erst": 1, "zweit": 2, "dritt": 3, "viert": 4, "fünft": 5, "sechst": 6, "siebt": 7, "acht": 8,
    "neunt": 9, "zehnt": 10, "elft": 11, "zwölft": 12,
  ]

  /// What is counted: times, money and shares.
  private static let units: Set<String> = [
    "day", "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "minute",
    "minutes", "seconds", "tag", "tage", "tagen", "woche", "wochen", "monat", "monate", "monaten",
    "jahr", "jahre", "jahren", "stunde", "stunden", "minuten", "sekunden", "percent", "per",
    "prozent", "dollar", "dollars", "euro", "euros", "pounds", "francs", "franken", "cents",
  ]
  private static let fillers: Set<String> = ["calendar", "business", "working", "full"]
}
