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
