import RAGCore

/// What a model replied that was asked for JSON: a value, or that the sources hold none.
public struct JSONReply: Sendable, Hashable {
  /// The JSON; nil where the model says that the sources do not hold what was asked for.
  public var json: String?
  /// Source numbers such as ` [1]` that were taken out of the texts of the JSON.
  public var removedMarkerCount: Int

  /// Makes a reply.
  public init(json: String?, removedMarkerCount: Int = 0) {
    self.json = json
    self.removedMarkerCount = removedMarkerCount
  }

  /// Reads an answer: ``Answer/notFoundText`` is a refusal, whatever follows it; the JSON is found as
  /// by ``JSONAnswer/json(in:)``. Source numbers are taken out of its texts, unless the schema
  /// asks for them: then it conforms no better without them.
  /// - Throws: ``UnreadableProposal`` where there is no JSON; what ``JSONSchema/problems(in:)`` throws.
  public init(answer: String, schema: JSONSchema) throws {
    guard !RefusalGate.refuses(answer) else {
      self.init(json: nil)
      return
    }
    let json = try JSONAnswer.json(in: answer)
    let (plain, count) = JSONMarkers.removed(from: json)
    guard count > 0, try schema.problems(in: plain).count <= schema.problems(in: json).count else {
      self.init(json: json)
      return
    }
    self.init(json: plain, removedMarkerCount: count)
  }
}

/// Accepts JSON that conforms to a schema, and the reply that there is none.
public struct JSONReplyChecker: Checker {
  private let checker: JSONSchemaChecker

  /// Makes a checker.
  public init(_ schema: JSONSchema) { checker = JSONSchemaChecker(schema) }

  /// Whether a reply conforms; if not, each place with what was expected there.
  /// - Throws: As ``JSONSchemaChecker/check(_:)``.
  public func check(_ proposal: JSONReply) async throws -> Verdict {
    guard let json = proposal.json else { return .accepted }
    return try await checker.check(json)
  }
}

/// Source numbers in the texts of JSON.
enum JSONMarkers {
  /// The JSON without them, and how many there were.
  ///
  /// The names of members stay, and so do numbers right after an ASCII letter or digit, which may be
  /// an index (`a[1]`), and a text of nothing else.
  /// - Precondition: `json` is valid.
  static func removed(from json: String) -> (json: String, count: Int) {
    var result: [UInt8] = []
    var count = 0
    var rest = Array(json.utf8)[...]
    while let opening = rest.firstIndex(of: quote) {
      var closing = opening + 1
      while closing < rest.endIndex, rest[closing] != quote {
        closing += rest[closing] == UInt8(ascii: "\\") ? 2 : 1
      }
      guard closing < rest.endIndex else { break }
      result += rest[..<opening]
      let text = rest[opening...closing]
      rest = rest[(closing + 1)...]
      let isName = rest.first { $0 > 0x20 } == UInt8(ascii: ":")
      if isName {
        result += text
      } else {
        let inside = String(decoding: text.dropFirst().dropLast(), as: UTF8.self)
        result += [quote] + without(inside, &count).utf8 + [quote]
      }
    }
    return (String(decoding: result + rest, as: UTF8.self), count)
  }

  private static let quote = UInt8(ascii: "\"")

  private static func without(_ text: String, _ count: inout Int) -> String {
    let marker = /\ *(?:[\[【]\d{1,3}(?:(?:,\ ?|、|-|–)\d{1,3})*[\]】])+/
    var result = ""
    var removedCount = 0
    var rest = text[...]
    while let match = rest.firstMatch(of: marker) {
      result += rest[..<match.range.lowerBound]
      rest = rest[match.range.upperBound...]
      let isIndex =
        match.output.first != " "
        && result.last.map { $0.isASCII && ($0.isLetter || $0.isNumber) } ?? false
      if isIndex {
        result += match.output
      } else {
        removedCount += match.output.count { $0 == "[" || $0 == "【" }
        if result.isEmpty { rest = rest.drop { $0 == " " } }
      }
    }
    result += rest
    guard removedCount > 0, !result.isEmpty else { return text }
    count += removedCount
    return result
  }
}
