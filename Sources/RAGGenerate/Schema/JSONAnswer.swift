import RAGCore

/// Finds the JSON in an answer of a model.
public enum JSONAnswer {
  /// Openings that are tried in an answer without fences.
  private static let openingCount = 32

  /// The one JSON value of an answer: the whole of it, what stands in its code fence, or else the
  /// longest object or array within prose. Made to be the `read` of a ``ModelProposer``.
  /// - Throws: ``UnreadableProposal`` when there is none, more than one in fences, or more than one
  ///   object in prose.
  public static func json(in answer: String) throws -> String {
    let whole = trimmed(Substring(answer))
    let syntaxError: any Error
    do {
      _ = try JSONValue(json: whole)
      return whole
    } catch {
      syntaxError = error
    }
    let fenced = fencedTexts(in: answer)
    let values = fenced.filter { (try? JSONValue(json: $0)) != nil }
    guard values.count < 2 else { throw tooMany(values.count, "values") }
    if let value = values.first { return value }
    if let text = fenced.first, fenced.count == 1 {
      do {
        _ = try JSONValue(json: text)
      } catch {
        throw UnreadableProposal("what stands in the code fence is \(error)")
      }
    }
    if let value = try longestValue(in: whole) { return value }
    throw UnreadableProposal(
      whole.hasPrefix("{") || whole.hasPrefix("[")
        ? "the answer is \(syntaxError)" : "the answer holds no JSON object or array")
  }

  /// The texts between three backquotes or more at the start of a line and the next such.
  private static func fencedTexts(in answer: String) -> [String] {
    var texts: [String] = []
    var open: [Substring]?
    for line in answer.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      let text = line.drop(while: \.isWhitespace)
      guard text.hasPrefix("```") else {
        open?.append(line)
        continue
      }
      if let lines = open {
        texts.append(trimmed(Substring(lines.joined(separator: "\n"))))
        open = nil
        continue
      }
      // Behind the name of the language some models write all in one line.
      let rest = text.drop { $0 == "`" }.drop { $0.isLetter || $0.isNumber }
      if let end = rest.firstRange(of: "```")?.lowerBound {
        texts.append(trimmed(rest[..<end]))
      } else {
        open = [rest]
      }
    }
    // An answer that was cut off has no closing fence.
    if let open { texts.append(trimmed(Substring(open.joined(separator: "\n")))) }
    return texts
  }

  /// The longest object or array in prose, which may hold citations such as `[1]` too.
  private static func longestValue(in text: String) throws -> String? {
    let bytes = Array(text.utf8)
    var values: [String] = []
    var next = 0
    for start in bytes.indices.filter({ bytes[$0] == 0x7B || bytes[$0] == 0x5B })
      .prefix(openingCount) where start >= next
    {
      guard let end = end(of: start, in: bytes) else { continue }
      let value = String(decoding: bytes[start...end], as: UTF8.self)
      guard (try? JSONValue(json: value)) != nil else { continue }
      values.append(value)
      next = end + 1
    }
    let objectCount = values.count { $0.hasPrefix("{") }
    guard objectCount < 2 else { throw tooMany(objectCount, "objects") }
    return values.max { $0.utf8.count < $1.utf8.count }
  }

  private static func tooMany(_ count: Int, _ kind: String) -> UnreadableProposal {
    UnreadableProposal("the answer holds \(count) JSON \(kind); reply with one alone")
  }

  /// Where the brackets close that open at an offset, strings apart.
  private static func end(of start: Int, in bytes: [UInt8]) -> Int? {
    var depth = 0
    var isString = false
    var isEscaped = false
    for index in start..<bytes.count {
      let byte = bytes[index]
      if isString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return index }
      default: break
      }
    }
    return nil
  }

  private static func trimmed(_ text: Substring) -> String {
    var rest = text.drop(while: \.isWhitespace)
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
