/// Reads the citation markers out of text that arrives in pieces.
///
/// Markers are `[1]`, `[1, 2]`, `[1-3]`, `[Source 1]`, `【1】` and `【1†…】` with numbers of one to
/// three digits, also when split between pieces. Between backquotes nothing is a marker, lest
/// `array[1]` be one.
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

  private static let markerScalarCount = 48
  private static let rangeCount = 32

  private var tokens: [Token] = []
  private var run = String.UnicodeScalarView()
  /// A marker that has begun, with its bracket.
  private var open = String.UnicodeScalarView()
  private var backquoteCount = 0
  /// The number of backquotes that opened the code in which the text is; 0 outside.
  private var codeFence = 0

  /// The tokens that a piece completes.
  mutating func read(_ piece: String) -> [Token] {
    for scalar in piece.unicodeScalars { read(scalar) }
    flushRun()
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
      if Self.isClosing(scalar), let numbers = Self.numbers(in: open) {
        open.removeAll()
        flushRun()
        tokens.append(.marker(numbers))
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
    if let last = run.last, last.properties.isWhitespace != scalar.properties.isWhitespace {
      flushRun()
    }
    run.append(scalar)
  }

  private mutating func giveUpMarker() {
    let scalars = open
    open.removeAll()
    for scalar in scalars {
      track(scalar)
      append(scalar)
    }
  }

  private mutating func flushRun() {
    guard let first = run.first else { return }
    tokens.append(first.properties.isWhitespace ? .blank(String(run)) : .text(String(run)))
    run.removeAll()
  }

  private mutating func take() -> [Token] {
    defer { tokens.removeAll() }
    return tokens
  }

  // MARK: The inside of a marker

  private static func isOpening(_ scalar: Unicode.Scalar) -> Bool { scalar == "[" || scalar == "【" }
  private static func isClosing(_ scalar: Unicode.Scalar) -> Bool { scalar == "]" || scalar == "】" }

  /// The numbers of a marker with its brackets; nil if it is something else.
  private static func numbers(in marker: String.UnicodeScalarView) -> [Int]? {
    let inside = marker.dropFirst().dropLast()
    var numbers: [Int] = []
    for item in inside.split(whereSeparator: { ",;，、；".unicodeScalars.contains($0) }) {
      // OpenAI's markers name the source after a dagger.
      let named = item.prefix { $0 != "†" }
      let words = named.split(whereSeparator: \.properties.isWhitespace).map {
        String(Substring($0))
      }
      let isNamed = words.count > 1 && ["source", "sources"].contains(words[0].lowercased())
      for word in words.dropFirst(isNamed ? 1 : 0) {
        let ends = word.split(
          omittingEmptySubsequences: false, whereSeparator: { $0 == "-" || $0 == "–" }
        ).map { number(String($0)) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
          first <= last, last - first < rangeCount
        else { return nil }
        numbers += first...last
      }
    }
    return numbers.isEmpty ? nil : numbers
  }

  private static func number(_ digits: String) -> Int? {
    let digits = digits.hasPrefix("^") ? String(digits.dropFirst()) : digits
    guard (1...3).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
    else { return nil }
    return Int(digits)
  }
}
