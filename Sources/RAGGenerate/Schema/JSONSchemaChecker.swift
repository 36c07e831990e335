/// Judges answers by a JSON Schema; the answer may stand in a code fence or within prose.
public struct JSONSchemaChecker: Checker {
  private let schema: JSONSchema

  /// Makes a checker.
  public init(_ schema: JSONSchema) { self.schema = schema }

  /// Whether an answer conforms; if not, each place with what was expected there.
  /// - Throws: ``RAGError``, as ``JSONSchema/problems(in:)`` does: the schema is at fault.
  public func check(_ proposal: String) async throws -> Verdict {
    let json: String
    do {
      json = try JSONAnswer.json(in: proposal)
    } catch let error as UnreadableProposal {
      return .rejected(reason: error.reason, score: 0)
    }
    let problems = try schema.problems(in: json)
    guard !problems.isEmpty else { return .accepted }
    return .rejected(
      reason: "the JSON does not conform to its schema:\n"
        + problems.map(\.description).joined(separator: "\n"),
      score: 1 / Double(1 + problems.count))
  }
}
