import RAGCore

/// The steps that a text goes through before it is cut, in order.
struct Normalizer: Sendable {
  var steps: [NormalizationStep] = []

  init() {}

  /// Reads the normalizer of a file.
  ///
  /// - Throws: ``RAGError`` `unsupported`, which names the step, or `corrupt`.
  init(_ file: TokenizerFile) throws {
    if let value = file.members["normalizer"], value != .null { try add(value, file) }
    var growth = 1
    for case .replacement(let step) in steps {
      growth = min(growth, Self.largestGrowth) * min(step.growth, Self.largestGrowth + 1)
    }
    guard growth <= Self.largestGrowth else {
      throw file.unsupported("a normalizer that makes a text hundreds of times as long")
    }
  }

  /// How many times as long its replacements may make a text; those of real models make it three.
  private static let largestGrowth = 256

  private mutating func add(_ value: JSONValue, _ file: TokenizerFile) throws {
    switch value["type"]?.string {
    case "Sequence":
      for step in value["normalizers"]?.array ?? [] { try add(step, file) }
    case "Precompiled":
      // Without a map the step does nothing.
      let base64 = value["precompiled_charsmap"]?.string ?? ""
      if base64.isEmpty { return }
      guard let map = CharacterMap(base64: base64) else {
        throw file.damaged("the normalizer's precompiled_charsmap is damaged")
      }
      steps.append(.characterMap(map))
    case "Replace":
      let pattern = value["pattern"]
      guard
        let replacement = Replacement(pattern: pattern, content: value["content"]?.string ?? "")
      else {
        let expression = pattern?["Regex"]?.string ?? pattern?["String"]?.string
        throw file.unsupported("the normalizer Replace of \(expression.quoted)")
      }
      steps.append(.replacement(replacement))
    case "NFC", "NFD", "NFKC", "NFKD":
      if let form = value["type"]?.string.flatMap(UnicodeForm.init(rawValue:)) {
        steps.append(.unicode(form))
      }
    case "Lowercase": steps.append(.lowercase)
    case "Strip":
      steps.append(
        .strip(
          left: value["strip_left"]?.bool ?? true, right: value["strip_right"]?.bool ?? true))
    case "StripAccents": steps.append(.stripAccents)
    case "Nmt": steps.append(.nmt)
    case "Prepend": steps.append(.prepend(Array((value["prepend"]?.string ?? "").utf8)))
    case let name: throw file.unsupported("the normalizer \(name.quoted)")
    }
  }

  /// Takes a text through all steps.
  func apply(to text: inout NormalizedText, _ place: BlockPlace, spare: inout NormalizedText) {
    for step in steps where !text.bytes.isEmpty { step.apply(to: &text, place, spare: &spare) }
  }

  /// What becomes of a text.
  func normalize(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var text = NormalizedText(tracksOrigins: false)
    var spare = NormalizedText(tracksOrigins: false)
    let bytes = Array(bytes)
    bytes.withUnsafeBufferPointer { text.reset(to: $0, 0..<$0.count) }
    apply(to: &text, BlockPlace(), spare: &spare)
    return text.bytes
  }

  /// Whether a text can be cut before `separator`, between two words, and its parts be normalised
  /// one by one; gives what becomes of the separator.
  func normalizes(separator: UInt8) -> [UInt8]? {
    for step in steps {
      switch step {
      case .characterMap(let map) where !map.keepsVisibleASCII: return nil
      case .replacement(let replacement) where replacement.mayCross(separator): return nil
      default: break
      }
    }
    let prefix = steps.reduce(0) {
      if case .prepend(let bytes) = $1 { $0 + bytes.count } else { $0 }
    }
    let result = normalize([0x61, separator, 0x61]).dropFirst(prefix)
    guard result.first == 0x61, result.last == 0x61, result.count > 2 else { return nil }
    return Array(result.dropFirst().dropLast())
  }
}

extension Replacement {
  /// Whether a match can hold a separator and a visible character beside it.
  fileprivate func mayCross(_ separator: UInt8) -> Bool {
    guard case .literal(let literal) = pattern else {
      // A run of one kind of character: the visible ones beside it would have to be of it, too.
      if case .run(.some(let values), _, _) = pattern {
        return values.contains { $0 > 0x20 }
      }
      return false
    }
    return literal.count > 1 && literal.contains(where: { $0 <= 0x20 })
  }
}
