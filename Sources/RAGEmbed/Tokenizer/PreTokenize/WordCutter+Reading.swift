import RAGCore

extension WordCutter {
  /// Reads the pre-tokenizer of a file.
  ///
  /// - Throws: ``RAGError`` `unsupported`, which names what is not read, or `corrupt`.
  init(_ file: TokenizerFile) throws {
    if let value = file.members["pre_tokenizer"], value != .null { try add(value, file) }
  }

  private mutating func add(_ value: JSONValue, _ file: TokenizerFile) throws {
    let name = value["type"]?.string
    if name == "Sequence" {
      for step in value["pretokenizers"]?.array ?? [] { try add(step, file) }
      return
    }
    guard !isByteLevel else {
      throw file.unsupported("the pre-tokenizer \(name.quoted) after ByteLevel")
    }
    switch name {
    case "ByteLevel":
      guard metaspace == nil else { throw file.unsupported("ByteLevel after Metaspace") }
      isByteLevel = true
      addsSpace = value["add_prefix_space"]?.bool ?? true
      splitsAsGPT2 = value["use_regex"]?.bool ?? true
    case "Split": steps.append(try Self.split(value, file))
    case "Digits":
      let expression = value["individual_digits"]?.bool ?? false ? "\\p{N}" : "\\p{N}+"
      if let pattern = SplitPattern(expression) {
        steps.append(SplitStep(pattern: .expression(pattern)))
      }
    case "Metaspace":
      guard metaspace == nil, steps.isEmpty else {
        throw file.unsupported("Metaspace after another pre-tokenizer")
      }
      let mark = try MetaspaceWords.mark(value, file)
      metaspace = Metaspace(mark: mark, prefixing: try MetaspaceWords.Prefixing(value, file))
      if value["split"]?.bool ?? true {
        steps.append(SplitStep(pattern: .literal(mark), behavior: .mergedWithNext))
      }
    default: throw file.unsupported("the pre-tokenizer \(name.quoted) of a BPE model")
    }
  }

  private static func split(_ value: JSONValue, _ file: TokenizerFile) throws -> SplitStep {
    let pattern: SplitStep.Pattern
    if let literal = value["pattern"]?["String"]?.string, !literal.isEmpty {
      pattern = .literal(Array(literal.utf8))
    } else {
      let expression = value["pattern"]?["Regex"]?.string
      guard let read = expression.flatMap(SplitPattern.init) else {
        throw file.unsupported("the pre-tokenizer Split at \(expression.quoted)")
      }
      pattern = .expression(read)
    }
    let behavior = value["behavior"]?.string
    switch (behavior, value["invert"]?.bool ?? false) {
    case ("Isolated", _): return SplitStep(pattern: pattern)
    case ("Removed", true): return SplitStep(pattern: pattern, behavior: .kept)
    case ("MergedWithPrevious", false):
      return SplitStep(pattern: pattern, behavior: .mergedWithPrevious)
    case ("MergedWithNext", false):
      return SplitStep(pattern: pattern, behavior: .mergedWithNext)
    case (_, let isInverted):
      throw file.unsupported(
        "the pre-tokenizer Split that is \(behavior.quoted)\(isInverted ? " and inverted" : "")")
    }
  }
}
