/// An answer drawn from hits, with its citations.
public struct Answer: Sendable, Hashable, Codable {
  /// The sentence that stands for an answer when the hits hold none.
  public static let notFoundText = "Not found in these documents."

  /// The answer, each supported statement with its markers, `[1]`, mostly behind it; `[…]` stands
  /// for a marker taken out of a place that needs a word.
  public var text: String
  /// Whether the hits do not answer the question; `text` is then ``notFoundText``.
  public var abstained: Bool
  /// One for each marker in the text, in its order, and before it one for each other sentence that the
  /// marker stands for.
  public var citations: [Citation]
  /// What wrote the text: the name of a model backend, or `extractive`.
  public var backend: String
  /// Markers taken out: they named no source, their quote was not found in it, or there were a
  /// thousand before them.
  public var removedCitationCount: Int
  /// Hits that found no room in the prompt of the model.
  public var omittedSourceCount: Int

  /// Makes an answer of its parts.
  public init(
    text: String, abstained: Bool, citations: [Citation], backend: String,
    removedCitationCount: Int = 0, omittedSourceCount: Int = 0
  ) {
    self.text = text
    self.abstained = abstained
    self.citations = citations
    self.backend = backend
    self.removedCitationCount = removedCitationCount
    self.omittedSourceCount = omittedSourceCount
  }

  private enum CodingKeys: String, CodingKey {
    case text, abstained, citations, backend, removedCitationCount, omittedSourceCount
    case unsupportedStatements
  }

  /// Writes ``unsupportedStatements`` too.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(text, forKey: .text)
    try container.encode(abstained, forKey: .abstained)
    try container.encode(citations, forKey: .citations)
    try container.encode(backend, forKey: .backend)
    try container.encode(removedCitationCount, forKey: .removedCitationCount)
    try container.encode(omittedSourceCount, forKey: .omittedSourceCount)
    try container.encode(unsupportedStatements, forKey: .unsupportedStatements)
  }

  /// Reads what ``encode(to:)`` wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      text: try container.decode(String.self, forKey: .text),
      abstained: try container.decode(Bool.self, forKey: .abstained),
      citations: try container.decode([Citation].self, forKey: .citations),
      backend: try container.decode(String.self, forKey: .backend),
      removedCitationCount: try container.decode(Int.self, forKey: .removedCitationCount),
      omittedSourceCount: try container.decode(Int.self, forKey: .omittedSourceCount))
  }
}
