import RAGCore

/// The `Replace` step of a normaliser: a literal text, or a run of one kind of character, is
/// replaced everywhere.
struct Replacement: Sendable {
  /// What is looked for.
  enum Pattern: Sendable, Hashable {
    case literal([UInt8])
    /// As many as there are of some scalars (`minimum...maximum`), such as ` {2,}`.
    case run(ScalarSet, minimum: Int, maximum: Int)
  }

  enum ScalarSet: Sendable, Hashable {
    case some(Set<UInt32>)
    /// `\s`
    case whiteSpace

    func contains(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .some(let values): values.contains(scalar.value)
      case .whiteSpace: scalar.properties.isWhitespace
      }
    }
  }

  let pattern: Pattern
  let content: String

  /// How many times as long the step can make a text.
  var growth: Int {
    let shortest =
      switch pattern {
      case .literal(let literal): literal.count
      case .run(_, let minimum, _): minimum
      }
    return max(1, (content.utf8.count + shortest - 1) / max(1, shortest))
  }

  /// Takes a text through the step. What is put in comes from the last character that it replaces,
  /// as in the reference.
  func apply(to text: inout NormalizedText, spare: inout NormalizedText) {
    spare.reset(for: text)
    var kept = 0
    text.bytes.withUnsafeBufferPointer { bytes in
      var offset = 0
      while offset < bytes.count {
        guard let (next, match) = match(in: bytes, at: offset) else { break }
        offset = next
        guard let match else { continue }
        spare.append(kept..<match.lowerBound, of: text)
        kept = match.upperBound
        let last = bytes.scalarStart(before: match.upperBound) ?? match.lowerBound
        spare.append(
          scalars: content.unicodeScalars, from: last..<match.upperBound, of: text)
      }
    }
    if kept == 0 { return }
    spare.append(kept..<text.bytes.count, of: text)
    swap(&text, &spare)
  }

  /// What is at or after an offset: where to go on, and a match if there is one before that; nil
  /// where there is none up to the end.
  private func match(
    in bytes: UnsafeBufferPointer<UInt8>, at offset: Int
  ) -> (next: Int, match: Range<Int>?)? {
    switch pattern {
    case .literal(let literal):
      var offset = offset
      while offset + literal.count <= bytes.count {
        if bytes[offset] == literal[0],
          literal.indices.allSatisfy({ bytes[offset + $0] == literal[$0] })
        {
          return (offset + literal.count, offset..<(offset + literal.count))
        }
        offset += 1
      }
      return nil
    case .run(let set, let minimum, let maximum):
      var upper = offset
      var count = 0
      while upper < bytes.count, count < maximum {
        let (scalar, length) = bytes.scalar(at: upper)
        guard set.contains(scalar) else {
          if count > 0 { break }
          upper += length
          return (upper, nil)
        }
        upper += length
        count += 1
      }
      return (upper, count >= minimum ? offset..<upper : nil)
    }
  }
}

extension Replacement {
  /// Reads the step, or nil where its regular expression is more than a literal or a run.
  init?(pattern: JSONValue?, content: String) {
    self.content = content
    if let literal = pattern?["String"]?.string, !literal.isEmpty {
      self.pattern = .literal(Array(literal.utf8))
    } else if let expression = pattern?["Regex"]?.string,
      let parsed = Self.parse(Array(expression.unicodeScalars))
    {
      self.pattern = parsed
    } else {
      return nil
    }
  }

  private static func parse(_ expression: [Unicode.Scalar]) -> Pattern? {
    var rest = expression[...]
    var literal: [UInt8] = []
    while !rest.isEmpty {
      guard let set = readSet(&rest) else { return nil }
      if let (minimum, maximum) = readCount(&rest) {
        return literal.isEmpty && rest.isEmpty
          ? .run(set, minimum: minimum, maximum: maximum) : nil
      }
      guard case .some(let values) = set, values.count == 1, let value = values.first,
        let scalar = Unicode.Scalar(value)
      else { return literal.isEmpty && rest.isEmpty ? .run(set, minimum: 1, maximum: 1) : nil }
      literal += Array(String(scalar).utf8)
    }
    return literal.isEmpty ? nil : .literal(literal)
  }

  /// Reads a character, an escape or a class of them.
  private static func readSet(_ rest: inout ArraySlice<Unicode.Scalar>) -> ScalarSet? {
    guard let first = rest.popFirst() else { return nil }
    if "^$.|?*+(){}".unicodeScalars.contains(first) { return nil }
    if first == "\\" { return readEscape(&rest) }
    guard first == "[" else { return .some([first.value]) }
    var values: Set<UInt32> = []
    while let next = rest.popFirst(), next != "]" {
      if "^-[&".unicodeScalars.contains(next) { return nil }
      guard next == "\\" else {
        values.insert(next.value)
        continue
      }
      guard case .some(let escaped)? = readEscape(&rest) else { return nil }
      values.formUnion(escaped)
    }
    return values.isEmpty ? nil : .some(values)
  }

  private static func readEscape(_ rest: inout ArraySlice<Unicode.Scalar>) -> ScalarSet? {
    guard let escaped = rest.popFirst() else { return nil }
    switch escaped {
    case "s": return .whiteSpace
    case "n": return .some([0x0A])
    case "r": return .some([0x0D])
    case "t": return .some([0x09])
    case "a"..."z", "A"..."Z", "0"..."9": return nil
    default: return .some([escaped.value])
    }
  }

  /// Reads `+`, `{2}`, `{2,}` or `{2,3}`; nil where none is there.
  private static func readCount(
    _ rest: inout ArraySlice<Unicode.Scalar>
  ) -> (minimum: Int, maximum: Int)? {
    if rest.first == "+" {
      rest.removeFirst()
      return (1, .max)
    }
    guard rest.first == "{", let end = rest.firstIndex(of: "}") else { return nil }
    let inner = String(String.UnicodeScalarView(rest[(rest.startIndex + 1)..<end]))
    let parts = inner.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= 2, let minimum = Int(parts[0]), minimum > 0 else { return nil }
    let maximum = parts.count == 1 ? minimum : parts[1].isEmpty ? Int.max : Int(parts[1])
    guard let maximum, maximum >= minimum else { return nil }
    rest = rest[(end + 1)...]
    return (minimum, maximum)
  }
}
