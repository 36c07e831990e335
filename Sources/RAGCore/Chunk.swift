/// A piece of a document, small enough for the encoder, that knows its exact place.
public struct Chunk: Sendable, Hashable {
  /// Position among the chunks of its document, from 0.
  public var ordinal: Int
  /// The document's text in `textRange`, character for character.
  public var text: String
  /// UTF-8 offsets in the document's text.
  public var textRange: Range<Int>
  /// The place in the original source.
  public var span: Span
  /// The headings above the chunk, outermost first.
  public var headings: [String]
  /// What is embedded and indexed: a prefix of title and headings, then the text. The prefix is
  /// not part of `text` or `span`.
  public var embeddingText: String
  /// Tokens of `embeddingText` as the encoder counts them, special tokens excluded.
  public var tokenCount: Int

  /// Makes a chunk of its parts.
  public init(
    ordinal: Int, text: String, textRange: Range<Int>, span: Span, headings: [String],
    embeddingText: String, tokenCount: Int
  ) {
    self.ordinal = ordinal
    self.text = text
    self.textRange = textRange
    self.span = span
    self.headings = headings
    self.embeddingText = embeddingText
    self.tokenCount = tokenCount
  }
}
