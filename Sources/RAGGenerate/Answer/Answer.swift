/// An answer drawn from hits, with its citations.
public struct Answer: Sendable, Hashable, Codable {
  /// The sentence that stands for an answer when the hits hold none.
  public static let notFoundText = "Not found in these documents."

  /// The answer, each supported statement followed by its markers: `[1]`.
  public var text: String
  /// Whether the hits do not answer the question; `text` is then ``notFoundText``.
  public var abstained: Bool
  /// One for each marker in the text, in its order.
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
}
