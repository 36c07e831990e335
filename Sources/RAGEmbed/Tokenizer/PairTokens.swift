import RAGCore

/// The tokens that the post-processor of `tokenizer.json` puts around and between two texts.
package struct PairTokens: Sendable, Hashable {
  private let before: [Int32]
  private let between: [Int32]
  private let after: [Int32]
  /// Whether the second text and what follows it are of the second token type.
  private let hasSecondType: Bool

  /// How many tokens there are.
  var count: Int { before.count + between.count + after.count }

  /// Those of BERT.
  init(first: Int32, last: Int32) {
    self.init(before: [first], between: [last], after: [last], hasSecondType: true)
  }

  private init(before: [Int32], between: [Int32], after: [Int32], hasSecondType: Bool) {
    self.before = before
    self.between = between
    self.after = after
    self.hasSecondType = hasSecondType
  }

  /// Reads the post-processor of a file.
  ///
  /// - Returns: Nil where it makes no pair, or one of another build.
  /// - Throws: ``RAGError`` `corrupt` for impossible tokens.
  init?(_ file: TokenizerFile) throws {
    guard let processor = file.members["post_processor"] else { return nil }
    try self.init(processor, file)
  }

  private init?(_ value: JSONValue, _ file: TokenizerFile) throws {
    switch value["type"]?.string {
    case "BertProcessing":
      let (first, last) = try Self.ends(value, file)
      self.init(first: first, last: last)
    case "RobertaProcessing":
      let (first, last) = try Self.ends(value, file)
      self.init(before: [first], between: [last, last], after: [last], hasSecondType: false)
    case "TemplateProcessing": try self.init(template: value, file)
    case "Sequence":
      // One of them adds tokens, the others work on ranges.
      let pairs = try (value["processors"]?.array ?? []).compactMap { try Self($0, file) }
      guard pairs.count == 1 else { return nil }
      self = pairs[0]
    default: return nil
    }
  }

  private static func ends(_ value: JSONValue, _ file: TokenizerFile) throws -> (Int32, Int32) {
    (
      try file.token(value["cls"]?.array?.last?.integer),
      try file.token(value["sep"]?.array?.last?.integer)
    )
  }

  private init?(template value: JSONValue, _ file: TokenizerFile) throws {
    var parts: [[Int32]] = [[]]
    // Of each part and each text, in order.
    var types: [Int] = []
    for part in value["pair"]?.array ?? [] {
      if let text = part["Sequence"] {
        guard text["id"]?.string == (parts.count == 1 ? "A" : "B") else { return nil }
        types.append(text["type_id"]?.integer ?? 0)
        parts.append([])
        continue
      }
      let name = part["SpecialToken"]?["id"]?.string ?? ""
      for id in value["special_tokens"]?[name]?["ids"]?.array ?? [] {
        parts[parts.count - 1].append(try file.token(id.integer))
        types.append(part["SpecialToken"]?["type_id"]?.integer ?? 0)
      }
    }
    guard parts.count == 3 else { return nil }
    let firstCount = parts[0].count + 1 + parts[1].count
    let second = types[firstCount]
    guard types[..<firstCount].allSatisfy({ $0 == 0 }), (0...1).contains(second),
      types[firstCount...].allSatisfy({ $0 == second })
    else { return nil }
    self.init(before: parts[0], between: parts[1], after: parts[2], hasSecondType: second == 1)
  }
}

extension PairTokens {
  /// The same without token types.
  var withoutTypes: PairTokens {
    PairTokens(before: before, between: between, after: after, hasSecondType: false)
  }

  /// Adds a pair of texts, with at most `maximumLength` tokens in all; where the second does not fit,
  /// a pair for each window over it. The first is cut, if it has more than half of the room.
  func append(
    _ first: [Int32], _ second: [Int32], maximumLength: Int,
    to rows: inout TokenRows
  ) {
    let counts = Self.counts(first.count, second.count, within: maximumLength - count)
    let secondTypeCount = hasSecondType ? counts.1 + after.count : 0
    for start in Self.windowStarts(over: second.count, window: counts.1) {
      rows.appendText(secondTypeCount: secondTypeCount, continues: start > 0) {
        $0 += before
        $0 += first.prefix(counts.0)
        $0 += between
        $0 += second[start..<start + counts.1]
        $0 += after
      }
    }
  }

  /// Where windows over tokens begin: each shares a quarter with the one before, so that what is
  /// cut at the end of one is whole in the next, and the last ends with the tokens.
  package static func windowStarts(over count: Int, window: Int) -> [Int] {
    guard count > window else { return [0] }
    let step = max(1, window - window / 4)
    return Array(stride(from: 0, to: count - window, by: step)) + [count - window]
  }

  /// How many tokens of two texts one input holds: the longer one is cut first, and both to a half,
  /// the longer one the odd token, where the shorter one has more. So does `longest_first` of
  /// Hugging Face.
  package static func counts(_ first: Int, _ second: Int, within room: Int) -> (Int, Int) {
    if first + second <= room { return (first, second) }
    let (shorter, longer) = (min(first, second), max(first, second))
    let kept = shorter <= room / 2 ? shorter : room / 2
    let other = min(longer, room - kept)
    return first <= second ? (kept, other) : (other, kept)
  }
}
