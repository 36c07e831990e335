/// Reads the citation markers out of text that arrives in pieces.
///
/// Markers are `[1]`, `[1, 2]`, `[1 and 2]`, `[1-3]`, `[1 - 3]`, `[1, p. 3]`, `[#1]`, `[^1]`, `[^1^]`,
/// `[Source 1]`, `[source: 1]`, `[Source 1: …]`, `【1】`, `【1†…】` and `【1:0†…】`, also in full-width forms and
/// when split between pieces, with numbers of one to four digits that are no years. Between backquotes
/// nothing is a marker, lest `array[1]` be one; elsewhere an index is taken for one, but for those in
/// `table[row][1]` and `table[0]`; an interval from 0 on is none.
struct MarkerReader {
  /// A part of the text.
  enum Token: Equatable {
    /// Text without white space.
    case text(String)
    /// White space.
    case blank(String)
    /// A marker and the numbers in it.
    case marker([Int])
  }

  static let markerScalarCount = 48
  /// So many scalars behind a marker stay together, as what is written for its sake ends with them.
  private static let followingScalarCount = 8
  private static let rangeCount = 100

  private var tokens: [Token] = []
  private var run = String.UnicodeScalarView()
  /// A marker that has begun, with its bracket.
  private var open = String.UnicodeScalarView()
  /// The last scalar of the text, but for a marker.
  private var last: Unicode.Scalar?
  /// Whether nothing but punctuation has come since a marker.
  private var isBehindMarker = false
  /// Whether brackets behind a name have just been closed that are no marker.
  private var isBehindIndex = false
  private var backquoteCount = 0
  /// The number of backquotes that opened the code in which the text is; 0 outside.
  private var codeFence = 0

  /// The tokens that a piece completes.
  mutating func read(_ piece: String) -> [Token] {
    for scalar in piece.unicodeScalars { read(scalar) }
    if !(isBehindMarker && endsWithWord) || run.count >= Self.followingScalarCount { flushRun() }
    return take()
  }

  /// The tokens that were waiting, at the end of the text.
  mutating func finish() -> [Token] {
    giveUpMarker()
    flushRun()
    return take()
  }

  private mutating func read(_ scalar: Unicode.Scalar) {
    if !open.isEmpty {
      open.append(scalar)
      if Self.isClosing(scalar), let numbers = Self.numbers(in: open), !isIndex(numbers) {
        open.removeAll()
        last = nil
        flushRun()
        tokens.append(.marker(numbers))
        isBehindMarker = true
      } else if Self.isClosing(scalar) || scalar == "\n" || scalar == "`"
        || open.count > Self.markerScalarCount
      {
        giveUpMarker()
      } else if Self.isOpening(scalar) {
        open.removeLast()
        giveUpMarker()
        open.append(scalar)
      }
      return
    }
    track(scalar)
    if Self.isOpening(scalar), codeFence == 0 {
      open.append(scalar)
    } else {
      append(scalar)
    }
  }

  /// Follows where code begins and ends. Inline code ends with its line.
  private mutating func track(_ scalar: Unicode.Scalar) {
    if scalar == "`" {
      backquoteCount += 1
      return
    }
    if backquoteCount > 0 {
      if codeFence == 0 {
        codeFence = backquoteCount
      } else if codeFence == backquoteCount {
        codeFence = 0
      }
      backquoteCount = 0
    }
    if scalar == "\n", codeFence < 3 { codeFence = 0 }
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    last = scalar
    isBehindIndex = false
    if let last = run.last, last.properties.isWhitespace != scalar.properties.isWhitespace {
      flushRun()
    }
    run.append(scalar)
  }

  /// Whether brackets are those of `table[row][1]` or `table[0]`: there is no source 0.
  private func isIndex(_ numbers: [Int]) -> Bool {
    let isInterval =
      numbers.first == 0
      && (numbers.count == 2 || numbers.count > 2 && numbers == Array(0..<numbers.count))
    return isBehindIndex || isInterval
      || numbers == [0] && (isBehindName || last?.properties.numericType != nil)
  }

  private var isBehindName: Bool {
    last.map { $0 == "_" || $0.properties.isAlphabetic } == true
  }

  private mutating func giveUpMarker() {
    let scalars = open
    open.removeAll()
    let isIndex = isBehindIndex || isBehindName
    for scalar in scalars {
      track(scalar)
      append(scalar)
    }
    isBehindIndex = isIndex && scalars.last.map(Self.isClosing) == true
  }

  private mutating func flushRun() {
    guard !run.isEmpty else { return }
    tokens.append(endsWithWord ? .text(String(run)) : .blank(String(run)))
    isBehindMarker = isBehindMarker && !run.contains(where: \.properties.isAlphabetic)
    run.removeAll()
  }

  private var endsWithWord: Bool { run.last?.properties.isWhitespace == false }

  private mutating func take() -> [Token] {
    defer { tokens.removeAll() }
    return tokens
  }

  // MARK: The inside of a marker

  private static func isOpening(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "[" || scalar == "［" || scalar == "【"
  }

  static func isClosing(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "]" || scalar == "］" || scalar == "】"
  }

  /// The numbers of a marker with its brackets; nil if it is something else.
  static func numbers(in marker: some Collection<Unicode.Scalar>) -> [Int]? {
    let inside = withoutBlanksAtDashes(marker.dropFirst().map(InvisibleScalars.narrow).dropLast())
    var numbers: [Int] = []
    for item in inside.split(whereSeparator: { ",;、".unicodeScalars.contains($0) }) {
      // OpenAI's markers name the source after a dagger, and before it a place in it: 4:0†….
      var named = item.prefix { $0 != "†" }
      if named.endIndex < item.endIndex { named = named.prefix { $0 != ":" } }
      var isNamed = false
      for word in named.split(whereSeparator: \.properties.isWhitespace) {
        let name = name(of: word)
        // "[1, p. 3]"
        if !numbers.isEmpty, places.contains(name),
          named[word.startIndex...].contains(where: { ("0"..."9").contains($0) })
        {
          break
        }
        isNamed = isNamed || names.contains(name)
        guard let rest = unnamed(word) else { continue }
        // "[Source 1: its title]"
        if isNamed, rest.last == ":", let number = number(rest.dropLast()) {
          return numbers + [number]
        }
        let ends = rest.split(omittingEmptySubsequences: false, whereSeparator: isDash).map(number)
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
          first <= last, last - first < rangeCount
        else { return nil }
        numbers += first...last
      }
    }
    return numbers.isEmpty ? nil : numbers
  }

  private static func isDash(_ scalar: Unicode.Scalar) -> Bool {
    "-‐‑–—".unicodeScalars.contains(scalar)
  }

  /// "1 - 3" as "1-3".
  private static func withoutBlanksAtDashes(
    _ scalars: ArraySlice<Unicode.Scalar>
  ) -> [Unicode.Scalar] {
    var kept: [Unicode.Scalar] = []
    for scalar in scalars {
      if isDash(scalar) {
        while kept.last?.properties.isWhitespace == true { kept.removeLast() }
      } else if scalar.properties.isWhitespace, kept.last.map(isDash) == true {
        continue
      }
      kept.append(scalar)
    }
    return kept
  }

  /// A word without the name of sources that it begins with; nil where nothing is left.
  private static func unnamed(_ word: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar>? {
    let name = name(of: word)
    if name.unicodeScalars.count == word.count, joiners.contains(name) { return nil }
    guard names.contains(name) else { return word }
    let rest = word.drop(while: isPartOfName)
    let number = rest.first == ":" ? rest.dropFirst() : rest
    return number.isEmpty ? nil : number
  }

  /// The letters that a word begins with, in lower case.
  private static func name(of word: ArraySlice<Unicode.Scalar>) -> String {
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: word.prefix(while: isPartOfName))
    return String(scalars).lowercased()
  }

  private static func isPartOfName(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || "&§".unicodeScalars.contains(scalar)
  }

  /// What may stand before the number of a place in a source.
  private static let places: Set<String> = [
    "p", "pp", "page", "pages", "line", "lines", "l", "section", "sec", "s", "seite", "seiten",
    "zeile", "zeilen", "abschnitt", "§", "页", "第",
  ]
  /// What may stand before the number of a source.
  private static let names: Set<String> = [
    "source", "sources", "document", "documents", "doc", "docs", "ref", "refs", "reference",
    "references", "quelle", "quellen", "来源", "文档",
  ]
  /// What may stand between two numbers.
  private static let joiners: Set<String> = ["and", "und", "&", "和", "及"]

  private static func number(_ word: ArraySlice<Unicode.Scalar>) -> Int? {
    var digits = word.first == "^" || word.first == "#" ? word.dropFirst() : word
    if word.first == "^", digits.last == "^" { digits.removeLast() }
    guard (1...4).contains(digits.count), digits.allSatisfy({ ("0"..."9").contains($0) }) else {
      return nil
    }
    let number = digits.reduce(0) { 10 * $0 + Int($1.value) - 0x30 }
    return years.contains(number) ? nil : number
  }

  /// A number in brackets that is more likely a year than a source.
  private static let years = 1_500..<2_100
}
