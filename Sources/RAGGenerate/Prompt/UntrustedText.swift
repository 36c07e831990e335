/// Makes text from outside harmless in a prompt, and shows that it did.
///
/// After ``InvisibleScalars`` are gone, a blank is put into whatever a model or its chat template
/// could take for structure: role tokens (`<|im_start|>`, `[INST]`, `[|user|]`, `<<SYS>>`, `</s>`),
/// tags that look like the prompt's own (`</source>`), turns at the start of a line (`Human:`,
/// `### Instruction:`) and citation markers (`[1]`, `[Source 1]`, all that ``MarkerReader`` takes for
/// one). Full-width twins count as their ASCII forms. Nothing else changes.
enum UntrustedText {
  /// The text, its lines kept.
  static func neutralised(_ text: String) -> String {
    var output = String.UnicodeScalarView()
    let scalars = InvisibleScalars.removed(from: text)
    var scanner = Scanner(scalars: scalars)
    for index in scalars.indices {
      let breaks = scanner.breaks(at: index)
      if breaks.before, index > 0, output.last != " " { output.append(" ") }
      output.append(scalars[index])
      if breaks.after { output.append(" ") }
    }
    return String(output)
  }

  /// The text in one line of at most `scalarCount` scalars, for a title or a path.
  static func neutralisedLine(_ text: String, scalarCount: Int) -> String {
    let line = neutralised(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let scalars = line.unicodeScalars
    return scalars.count <= scalarCount ? line : String(scalars.prefix(scalarCount)) + "…"
  }
}

/// Finds the places of a text that need a blank.
private struct Scanner {
  let scalars: [Unicode.Scalar]
  /// The colon after a role at the start of the current line.
  private var turnColon: Int?
  /// The ends of bracketed tokens that have begun.
  private var closingBracket: Int?

  init(scalars: [Unicode.Scalar]) {
    self.scalars = scalars
  }

  /// Whether a blank belongs before or after the scalar at an index; asked in order.
  mutating func breaks(at index: Int) -> (before: Bool, after: Bool) {
    if index == 0 || scalars[index - 1] == "\n" { turnColon = colonOfTurn(from: index) }
    switch InvisibleScalars.narrow(scalars[index]) {
    case "<":
      let next = narrow(at: index + 1)
      return (false, next == "|" || isRoleName(from: index + (next == "/" ? 2 : 1)))
    case "|":
      return (false, narrow(at: index + 1) == ">")
    case "[", "【":
      // EXAONE's roles.
      if narrow(at: index + 1) == "|", isRoleName(from: index + 2) { return (false, true) }
      guard let end = endOfToken(from: index + 1) ?? endOfMarker(from: index) else {
        return (false, false)
      }
      closingBracket = end
      return (false, true)
    case "]", "】":
      return (index == closingBracket, false)
    case ":":
      return (index == turnColon, false)
    default:
      return (false, false)
    }
  }

  /// Whether a name starts at an index that marks roles, turns or parts of a prompt.
  private func isRoleName(from start: Int) -> Bool {
    var index = start
    var name = ""
    while let scalar = narrow(at: index), scalar.properties.isAlphabetic || scalar == "_" {
      guard name.utf8.count < 32 else { return false }
      name.unicodeScalars.append(scalar)
      index += 1
    }
    let lowered = name.lowercased()
    return roleNames.contains(lowered) || blockNames.contains(lowered)
      || tokenNames.contains(lowered) || lowered.hasSuffix("_token")
      || tokenPrefixes.contains { lowered.hasPrefix($0) }
  }

  /// The closing bracket of `[INST]`, `[/INST]`, `[TOOL_CALLS]`, `[1]`, `[1, 2]`.
  private func endOfToken(from start: Int) -> Int? {
    var index = start
    var hasUpper = false
    var hasDigit = false
    while let scalar = narrow(at: index), index - start < 32 {
      switch scalar {
      case "]", "】":
        return hasUpper != hasDigit ? index : nil
      // `[gMASK]` and `[sMASK]` of GLM.
      case "g", "s": if index > start || narrow(at: index + 1) != "M" { return nil }
      case "A"..."Z": hasUpper = true
      case "0"..."9": hasDigit = true
      case "_", "/", ",", ";", " ", "-", "–", "^": break
      default: return nil
      }
      index += 1
    }
    return nil
  }

  /// The closing bracket of a marker whose opening one is at an index.
  private func endOfMarker(from start: Int) -> Int? {
    let rest = scalars[start...].prefix(MarkerReader.markerScalarCount)
    guard let end = rest.firstIndex(where: { MarkerReader.isClosing($0) || $0 == "\n" }),
      scalars[end] != "\n", MarkerReader.numbers(in: scalars[start...end]) != nil
    else { return nil }
    return end
  }

  /// The colon of a line such as `Human:`, `### Instruction:` or `**System** :`.
  private func colonOfTurn(from start: Int) -> Int? {
    var index = start
    while let scalar = narrow(at: index), " \t#*>-_\"'".unicodeScalars.contains(scalar) {
      index += 1
    }
    var name = ""
    while let scalar = narrow(at: index), scalar.properties.isAlphabetic {
      guard name.utf8.count < 32 else { return nil }
      name.unicodeScalars.append(scalar)
      index += 1
    }
    guard roleNames.contains(name.lowercased()) else { return nil }
    while let scalar = narrow(at: index), " \t*_\"'".unicodeScalars.contains(scalar) { index += 1 }
    return narrow(at: index) == ":" ? index : nil
  }

  private func narrow(at index: Int) -> Unicode.Scalar? {
    index < scalars.count ? InvisibleScalars.narrow(scalars[index]) : nil
  }
}

/// Names of parts of a prompt that text uses too often as labels to take these for turns.
private let blockNames: Set<String> = ["attempt", "problem", "schema", "example", "examples"]

/// Names of special tokens that are no roles.
private let tokenNames: Set<String> = ["mask", "unused", "eoh", "eoa", "endofturn"]

/// How names of special tokens begin, of turns, tools and gaps to be filled.
private let tokenPrefixes = [
  "start_of_", "end_of_", "antml", "tool_", "function_", "reserved_", "fim_", "extra_id_",
]

/// Names of roles, turns and parts of a prompt, in lower case.
private let roleNames: Set<String> = [
  "system", "sys", "user", "human", "assistant", "ai", "bot", "model", "developer", "tool",
  "tools", "function", "invoke", "parameter", "result", "observation", "thought", "think",
  "thinking", "action", "instruction", "instructions", "prompt", "context", "rules", "rule",
  "question", "query", "answer", "response", "input", "output", "source", "sources", "document",
  "documents", "passage", "s", "bos", "eos", "pad", "unk", "sop", "eop", "turn", "im_start",
  "im_end", "endoftext", "系统", "用户", "助手", "人类", "指令", "问题", "回答", "来源",
  "システム", "ユーザー", "アシスタント", "시스템", "사용자",
]
