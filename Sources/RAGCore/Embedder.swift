/// Counts tokens as one encoder or model does.
public protocol TokenCounter: Sendable {
  /// Whether the tokens are those of the encoder or model, and not an estimate from above. True
  /// unless implemented.
  var isExact: Bool { get }

  /// The UTF-8 byte range of each token in `text`, in order, special tokens excluded.
  ///
  /// Ranges lie on scalar boundaries; two tokens of one character may share its range.
  /// - Complexity: O(bytes of `text`).
  func tokenRanges(in text: String) -> [Range<Int>]

  /// The number of tokens of `text`, special tokens excluded.
  func tokenCount(of text: String) -> Int
}

extension TokenCounter {
  /// A counter is one of a tokenizer unless it says otherwise.
  public var isExact: Bool { true }

  /// The number of token ranges.
  public func tokenCount(of text: String) -> Int { tokenRanges(in: text).count }
}

/// What a text is for; some encoders put another prefix before each.
public enum EmbeddingRole: String, Sendable, Hashable {
  case query
  case passage
}

/// Turns texts into vectors. Bring your own by conforming to this.
public protocol Embedder: Sendable {
  /// Names everything that decides a vector: weights, tokenizer, pooling, precision, prefixes.
  /// Vectors of one fingerprint are comparable, others are not.
  var fingerprint: String { get }
  /// A name for people (`all-MiniLM-L6-v2`).
  var name: String { get }
  /// The length of every vector.
  var dimension: Int { get }
  /// The most tokens a passage may have, special tokens and the passage prefix already taken off.
  var maximumTokenCount: Int { get }
  var tokenCounter: any TokenCounter { get }

  /// One vector of `dimension` values a text, in the order of the texts.
  ///
  /// A text's vector does not depend on the other texts of the call. Texts over the limit are
  /// cut by the encoder; the chunker makes none.
  /// - Throws: ``RAGError``; `cancelled` when the task is.
  func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]]

  /// How far the encoder knows the language of a text, from 0 to 1: so much a search trusts the
  /// text's vector. 1 unless implemented.
  func familiarity(with text: String) -> Double
}

extension Embedder {
  /// All texts are taken for familiar.
  public func familiarity(with text: String) -> Double { 1 }
}

extension Embedder {
  /// The vectors of texts, as many and as long as the embedder promises, of finite elements.
  ///
  /// An embedder is a host's own: what it gives is looked at before it is used.
  /// - Throws: what ``embed(_:as:)`` throws; ``RAGError`` of code `backend` when it gives anything
  ///   but one such vector a text.
  /// - Complexity: O(texts · `dimension`) beside the embedding.
  package func vectors(of texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
    let vectors = try await embed(texts, as: role)
    guard vectors.count == texts.count else {
      throw RAGError(
        .backend, "the encoder \(name) gave \(vectors.count) vectors for \(texts.count) texts")
    }
    for vector in vectors {
      guard vector.count == dimension else {
        throw RAGError(
          .backend,
          "the encoder \(name) gave a vector of \(vector.count) elements, not of \(dimension)")
      }
      guard vector.allSatisfy(\.isFinite) else {
        throw RAGError(
          .backend, "the encoder \(name) gave a vector with an element that is not finite")
      }
    }
    return vectors
  }
}
