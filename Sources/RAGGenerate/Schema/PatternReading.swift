/// Reads the text of a regular expression.
struct PatternReading {
  private static let scalarCount = 1000
  private static let maximumDepth = 50

  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var depth = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// The whole pattern.
  /// - Throws: ``LinearPattern/Refusal``.
  mutating func pattern() throws -> PatternNode {
    guard scalars.count <= Self.scalarCount else {
      throw LinearPattern.Refusal(reason: "has more than \(Self.scalarCount) characters")
    }
    let node = try choice()
    guard position == scalars.count else { throw refusal("has a ) without its (") }
    return node
  }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private func refusal(_ reason: String) -> LinearPattern.Refusal {
    LinearPattern.Refusal(reason: "\(reason), at character \(position + 1)")
  }

  private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private mutating func choice() throws -> PatternNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { throw refusal("is nested too deep") }
    var branches = [try sequence()]
    while skip("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws -> PatternNode {
    var nodes: [PatternNode] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      nodes.append(try quantified(try atom()))
    }
    return .sequence(nodes)
  }

  private mutating func atom() throws -> PatternNode {
    guard let scalar = next else { throw refusal("ends too soon") }
    position += 1
    switch scalar {
    case "^": return .textStart
    case "$": return .textEnd
    case ".": return .scalar(ScalarSet.lineEnds.opposite)
    case "(":
      if skip("?"), !skip(":") { throw refusal("has a group that looks around or has a name") }
      let node = try choice()
      guard skip(")") else { throw refusal("has a ( without its )") }
      return node
    case "[": return .scalar(try set())
    case "\\": return .scalar(try escape())
    case "*", "+", "?", "{": throw refusal("repeats nothing")
    default: return .scalar(ScalarSet(ranges: [scalar.value...scalar.value]))
    }
  }

  private mutating func quantified(_ node: PatternNode) throws -> PatternNode {
    let (least, most): (Int, Int?)
    if skip("*") {
      (least, most) = (0, nil)
    } else if skip("+") {
      (least, most) = (1, nil)
    } else if skip("?") {
      (least, most) = (0, 1)
    } else if skip("{") {
      guard let first = try number() else { throw refusal("has a { without a number") }
      (least, most) = (first, skip(",") ? try number() : first)
      guard skip("}"), most.map({ $0 >= least }) ?? true else {
        throw refusal("has a wrong {}")
      }
    } else {
      return node
    }
    // Whether as much or as little as possible is taken does not change what matches.
    _ = skip("?")
    return .repeated(node, least: least, most: most)
  }

  private mutating func number() throws -> Int? {
    var digits = ""
    while let scalar = next, ScalarSet.digits.contains(scalar) {
      digits.unicodeScalars.append(scalar)
      position += 1
    }
    if digits.isEmpty { return nil }
    guard let number = Int(digits), number <= 1000 else { throw refusal("repeats too often") }
    return number
  }

  /// A class after its opening bracket.
  private mutating func set() throws -> ScalarSet {
    var set = ScalarSet(ranges: [])
    let isNegated = skip("^")
    while let scalar = next, scalar != "]" {
      position += 1
      let first = scalar == "\\" ? try escape() : ScalarSet(ranges: [scalar.value...scalar.value])
      guard !first.isNegated else { throw refusal("has an opposite within a class") }
      set.ranges += first.ranges
      guard let low = Self.only(first), next == "-", position + 1 < scalars.count,
        scalars[position + 1] != "]"
      else { continue }
      position += 2
      let last = scalars[position - 1]
      let end = last == "\\" ? try escape() : ScalarSet(ranges: [last.value...last.value])
      guard let high = Self.only(end), high >= low else { throw refusal("has a wrong range") }
      set.ranges.append(low...high)
    }
    guard skip("]") else { throw refusal("has a [ without its ]") }
    return isNegated ? set.opposite : set
  }

  private static func only(_ set: ScalarSet) -> UInt32? {
    guard let range = set.ranges.first, set.ranges.count == 1, range.count == 1 else { return nil }
    return range.lowerBound
  }

  /// What follows a backslash.
  private mutating func escape() throws -> ScalarSet {
    guard let scalar = next else { throw refusal("ends with a backslash") }
    position += 1
    switch scalar {
    case "d": return .digits
    case "D": return ScalarSet.digits.opposite
    case "w": return .word
    case "W": return ScalarSet.word.opposite
    case "s": return .blanks
    case "S": return ScalarSet.blanks.opposite
    case "n": return ScalarSet(ranges: [0x0A...0x0A])
    case "r": return ScalarSet(ranges: [0x0D...0x0D])
    case "t": return ScalarSet(ranges: [0x09...0x09])
    case "a"..."z", "A"..."Z", "0"..."9":
      throw refusal("has the escape \\\(scalar), which is not known here")
    default: return ScalarSet(ranges: [scalar.value...scalar.value])
    }
  }
}
