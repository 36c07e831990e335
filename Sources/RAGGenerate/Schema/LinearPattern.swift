/// A regular expression whose check takes time in proportion to the text, whatever the pattern, as
/// all states are followed at once (Thompson 1968, "Regular Expression Search Algorithm").
///
/// Knows what schemas use of ECMA-262: literals, `.`, classes, groups, `|`, `^`, `$`, the
/// quantifiers, and `\d \w \s` with their opposites. What needs a memory or a look around is
/// refused.
struct LinearPattern {
  /// One step of the program that a pattern is compiled to.
  enum Step {
    case scalar(ScalarSet)
    case split(Int, Int)
    case jump(Int)
    case textStart
    case textEnd
    case accept
  }

  /// Why a pattern is refused.
  struct Refusal: Error {
    let reason: String
  }

  let steps: [Step]

  /// Compiles a pattern.
  /// - Throws: ``Refusal``.
  init(_ pattern: String) throws {
    var reading = PatternReading(pattern)
    var program = Program()
    try program.add(try reading.pattern())
    try program.append(.accept)
    steps = program.steps
  }
}

/// Unicode scalars, as ranges.
struct ScalarSet {
  var ranges: [ClosedRange<UInt32>]
  var isNegated = false

  static let digits = ScalarSet(ranges: [0x30...0x39])
  static let word = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let blanks = ScalarSet(ranges: [
    0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
    0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
  ])
  static let lineEnds = ScalarSet(ranges: [0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])

  /// All others.
  var opposite: ScalarSet { ScalarSet(ranges: ranges, isNegated: !isNegated) }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    ranges.contains { $0.contains(scalar.value) } != isNegated
  }
}

/// A pattern as a tree.
indirect enum PatternNode {
  case scalar(ScalarSet)
  case textStart
  case textEnd
  case sequence([PatternNode])
  case choice([PatternNode])
  case repeated(PatternNode, least: Int, most: Int?)
}

/// The program of a pattern.
private struct Program {
  private static let stepCount = 2000

  private(set) var steps: [LinearPattern.Step] = []

  mutating func append(_ step: LinearPattern.Step) throws {
    steps.append(step)
    guard steps.count <= Self.stepCount else {
      throw LinearPattern.Refusal(reason: "is too large once its repetitions are written out")
    }
  }

  mutating func add(_ node: PatternNode) throws {
    switch node {
    case .scalar(let set): try append(.scalar(set))
    case .textStart: try append(.textStart)
    case .textEnd: try append(.textEnd)
    case .sequence(let nodes): for node in nodes { try add(node) }
    case .choice(let nodes):
      var jumps: [Int] = []
      for node in nodes.dropLast() {
        let split = steps.count
        try append(.split(split + 1, 0))
        try add(node)
        jumps.append(steps.count)
        try append(.jump(0))
        steps[split] = .split(split + 1, steps.count)
      }
      if let last = nodes.last { try add(last) }
      for jump in jumps { steps[jump] = .jump(steps.count) }
    case .repeated(let node, let least, let most):
      for _ in 0..<least {
        let before = steps.count
        try add(node)
        // What matches nothing but the empty text need not be repeated.
        if steps.count == before { return }
      }
      guard let most else {
        let split = steps.count
        try append(.split(split + 1, 0))
        try add(node)
        try append(.jump(split))
        steps[split] = .split(split + 1, steps.count)
        return
      }
      var splits: [Int] = []
      for _ in least..<max(most, least) {
        splits.append(steps.count)
        try append(.split(steps.count + 1, 0))
        try add(node)
      }
      for split in splits { steps[split] = .split(split + 1, steps.count) }
    }
  }
}
