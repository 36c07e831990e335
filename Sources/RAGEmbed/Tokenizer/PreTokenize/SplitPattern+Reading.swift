extension SplitPattern {
  /// Reads a regular expression; nil where it says more than the parts can.
  init?(_ expression: String) {
    var reader = PatternReader(rest: Array(expression.unicodeScalars)[...])
    guard let alternatives = reader.readAll(), alternatives.count <= Self.maximumAlternativeCount
    else { return nil }
    self.init(alternatives)
  }
}

private struct PatternReader {
  var rest: ArraySlice<Unicode.Scalar>

  private mutating func take(_ prefix: String) -> Bool {
    guard rest.starts(with: prefix.unicodeScalars) else { return false }
    rest = rest.dropFirst(prefix.unicodeScalars.count)
    return true
  }

  mutating func readAll() -> [[SplitPattern.Part]]? {
    var alternatives: [[SplitPattern.Part]] = []
    repeat {
      var parts: [SplitPattern.Part] = []
      while let next = rest.first, next != "|" {
        // Groups and look-aheads are never tried again, and so come last.
        guard parts.last.map({ $0.kind == .run }) ?? true, let part = readPart() else { return nil }
        parts.append(part)
      }
      guard isSound(parts) else { return nil }
      alternatives.append(parts)
    } while take("|")
    return alternatives
  }

  /// Whether an alternative takes a scalar at least and its time is bounded.
  private func isSound(_ parts: [SplitPattern.Part]) -> Bool {
    guard parts.contains(where: { $0.minimum > 0 && $0.kind != .notBefore }) else { return false }
    let open = parts.indices.filter { parts[$0].kind == .run && parts[$0].maximum == .max }
    guard open.count > 1 else { return true }
    return parts[(open[1] + 1)...].allSatisfy { $0.minimum == 0 }
  }

  private mutating func readPart() -> SplitPattern.Part? {
    if take("(?!") {
      guard let set = readClass(), take(")") else { return nil }
      return SplitPattern.Part(kind: .notBefore, set: set)
    }
    let ignoresCase = take("(?i:")
    if ignoresCase || take("(?:") { return readChoice(ignoresCase: ignoresCase) }
    guard let set = readClass() else { return nil }
    var part = SplitPattern.Part(set: set)
    guard let isCounted = readCount(&part) else { return nil }
    if isCounted == .sign {
      part.isPossessive = take("+")
    } else if rest.first == "+" || rest.first == "*" {
      return nil
    }
    return rest.first == "?" ? nil : part
  }

  private mutating func readChoice(ignoresCase: Bool) -> SplitPattern.Part? {
    var choices: [[ScalarClass]] = [[]]
    while !take(")") {
      if take("|") {
        choices.append([])
        continue
      }
      guard var set = readClass() else { return nil }
      if ignoresCase { set.ignoreCase() }
      choices[choices.count - 1].append(set)
    }
    guard !choices.contains([]) else { return nil }
    var part = SplitPattern.Part(kind: .choice, choices: choices)
    if take("?") { part.minimum = 0 }
    let isRepeated = rest.first.map { "?*+{".unicodeScalars.contains($0) } ?? false
    return isRepeated ? nil : part
  }

  private enum Count {
    case none
    case sign
    case braces
  }

  /// Reads `?`, `*`, `+`, `{2}`, `{1,3}` or `{2,}`; nil where braces hold no numbers.
  private mutating func readCount(_ part: inout SplitPattern.Part) -> Count? {
    if take("?") {
      part.minimum = 0
      return .sign
    }
    if take("*") {
      (part.minimum, part.maximum) = (0, .max)
      return .sign
    }
    if take("+") {
      part.maximum = .max
      return .sign
    }
    guard take("{") else { return Count.none }
    guard let end = rest.firstIndex(of: "}") else { return nil }
    let inner = String(String.UnicodeScalarView(rest[..<end]))
    rest = rest[(end + 1)...]
    let numbers = inner.split(separator: ",", omittingEmptySubsequences: false)
    guard numbers.count <= 2, let minimum = Int(numbers[0]), minimum >= 0 else { return nil }
    let maximum = numbers.count == 1 ? minimum : numbers[1].isEmpty ? Int.max : Int(numbers[1])
    guard let maximum, maximum >= minimum, maximum > 0, maximum == .max || maximum <= 64 else {
      return nil
    }
    (part.minimum, part.maximum) = (minimum, maximum)
    return .braces
  }

  /// Reads a character, an escape or a class in brackets.
  private mutating func readClass() -> ScalarClass? {
    guard let first = rest.popFirst() else { return nil }
    if first == "\\" { return readEscape()?.set }
    if first == "[" { return readBrackets() }
    return "^$.|?*+(){}".unicodeScalars.contains(first) ? nil : ScalarClass(first)
  }

  private mutating func readBrackets() -> ScalarClass? {
    let isNegated = take("^")
    var set = ScalarClass()
    var isEmpty = true
    while true {
      guard let next = rest.popFirst() else { return nil }
      if next == "]" { break }
      isEmpty = false
      // Classes within classes and intersections.
      if next == "[" || (next == "&" && rest.first == "&") { return nil }
      var first: Unicode.Scalar? = next
      if next == "\\" {
        guard let escape = readEscape() else { return nil }
        set.formUnion(escape.set)
        first = escape.scalar
      }
      guard rest.first == "-", rest.dropFirst().first != "]" else {
        if next != "\\" { set.insert(next.value...next.value) }
        continue
      }
      rest.removeFirst()
      guard let lower = first, var upper = rest.popFirst() else { return nil }
      if upper == "\\" {
        guard let scalar = readEscape()?.scalar else { return nil }
        upper = scalar
      }
      guard upper != "[", lower <= upper else { return nil }
      set.insert(lower.value...upper.value)
    }
    if isEmpty { return nil }
    if isNegated { set.negate() }
    return set
  }

  /// Reads what follows a backslash; a single scalar is given as such, too.
  private mutating func readEscape() -> (set: ScalarClass, scalar: Unicode.Scalar?)? {
    guard let escaped = rest.popFirst() else { return nil }
    func one(_ scalar: Unicode.Scalar) -> (ScalarClass, Unicode.Scalar?) {
      (ScalarClass(scalar), scalar)
    }
    func many(_ categories: UInt32?, isNegated: Bool) -> (ScalarClass, Unicode.Scalar?)? {
      categories.map { (ScalarClass(categories: isNegated ? ~$0 : $0), nil) }
    }
    switch escaped {
    case "r": return one("\r")
    case "n": return one("\n")
    case "t": return one("\t")
    case "s", "S": return many(ScalarCategory.whiteSpace, isNegated: escaped == "S")
    case "d", "D": return many(ScalarCategory.mask("Nd"), isNegated: escaped == "D")
    case "p", "P":
      guard take("{"), let end = rest.firstIndex(of: "}") else { return nil }
      var name = String(String.UnicodeScalarView(rest[..<end]))
      rest = rest[(end + 1)...]
      var isNegated = escaped == "P"
      if name.hasPrefix("^") {
        name.removeFirst()
        isNegated.toggle()
      }
      return many(ScalarCategory.mask(name), isNegated: isNegated)
    case "a"..."z", "A"..."Z", "0"..."9": return nil
    default: return one(escaped)
    }
  }
}
