public import RAGCore
public import RAGRetrieve

/// A statement of an answer and the place of a source that supports it.
public struct Citation: Sendable, Hashable, Codable {
  /// The number in the marker: the position of the hit among the hits, from 1.
  public var number: Int
  /// The chunk cited.
  public var chunk: Int64
  /// The document that holds the chunk.
  public var document: Hit.DocumentReference
  /// The sentence or row of the chunk that supports the statement, character for character.
  public var quote: String
  /// The statement, as UTF-8 offsets in the answer's text. It holds the marker where that stands
  /// within it: "According to [1], …".
  public var statement: Range<Int>
  /// The marker, as UTF-8 offsets in the answer's text. One behind several sentences of a line is that
  /// of a citation for each of them that its source supports.
  public var marker: Range<Int>
  /// The place of the quote in the source; of the whole chunk if the status is not `verified`.
  public var span: Span
  /// How far the citation is proved.
  public var status: CitationStatus
  /// How the statement rests on the quote.
  public var support: CitationSupport

  /// Makes a citation of its parts.
  public init(
    number: Int, chunk: Int64, document: Hit.DocumentReference, quote: String,
    statement: Range<Int>, marker: Range<Int>, span: Span, status: CitationStatus,
    support: CitationSupport
  ) {
    self.number = number
    self.chunk = chunk
    self.document = document
    self.quote = quote
    self.statement = statement
    self.marker = marker
    self.span = span
    self.status = status
    self.support = support
  }
}

/// How far a citation is proved.
public enum CitationStatus: String, Sendable, Hashable, Codable, CaseIterable {
  /// The bytes of the source, read again, give the quote.
  case verified
  /// The source is no longer what was ingested; the quote is from the ingested version.
  case sourceChanged
  /// The source cannot be read any more; the quote is from the ingested version.
  case sourceGone
  /// Nobody looked.
  case unverified
}

/// How a statement rests on the quote of its citation, the strongest first.
public enum CitationSupport: String, Sendable, Hashable, Codable, CaseIterable {
  /// The statement is a sentence of the source, or several, character for character.
  case exact
  /// The same, but for letter case, compatibility forms (NFKC, but for raised digits), white space,
  /// kinds of quotation marks and dashes, invisible characters and Markdown emphasis.
  case normalised
  /// The source says something alike: it has the statement within a longer sentence, enough of its
  /// words, or a near vector, and the numbers of the statement stand in it. Weaker: a "not" may
  /// differ.
  case similar
  /// Nobody can tell: the source lacks a number of the statement, which may be the sum of others or
  /// made up, the encoder does not know most of the words, or there is none.
  case unjudged
}
