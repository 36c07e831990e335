public import RAGCore

/// One chunk that answers a query, with its place and its score.
public struct Hit: Sendable, Hashable, Codable {
  /// Position in the result, from 1.
  public var rank: Int
  /// Higher is better; comparable within one result only.
  public var score: Double
  /// How probable it is that the chunk answers the query, from 0 to 1; it means the same for every
  /// query. Nil where the query is a vector without words.
  public var evidence: Double?
  /// The document that holds the chunk.
  public var document: DocumentReference
  /// The chunk found.
  public var chunk: ChunkReference
  /// The place of the chunk in the original source.
  public var span: Span
  /// What stands around the chunk, present when the query asked for it.
  public var context: Context?
  /// What each lane said, present when the query asked to explain.
  public var lanes: [Lane: LaneScore]?

  /// Makes a hit.
  public init(
    rank: Int, score: Double, evidence: Double? = nil, document: DocumentReference,
    chunk: ChunkReference, span: Span, lanes: [Lane: LaneScore]? = nil
  ) {
    self.rank = rank
    self.score = score
    self.evidence = evidence
    self.document = document
    self.chunk = chunk
    self.span = span
    self.lanes = lanes
  }
}

extension Hit {
  /// The document of a hit.
  public struct DocumentReference: Sendable, Hashable, Codable {
    /// Unique in the index: the absolute path of a file, or the id that the host gave.
    public var id: String
    /// The absolute path, for documents that are files.
    public var path: String?
    /// The title of the document.
    public var title: String?

    /// The command that made the text from another format; spans then refer to its output.
    public var converter: String?

    /// Makes a reference.
    public init(
      id: String, path: String? = nil, title: String? = nil, converter: String? = nil
    ) {
      self.id = id
      self.path = path
      self.title = title
      self.converter = converter
    }
  }

  /// The chunk of a hit.
  public struct ChunkReference: Sendable, Hashable, Codable {
    /// Unique in the index, never used again.
    public var id: Int64
    /// The text of the chunk.
    public var text: String
    /// The headings above the chunk, outermost first.
    public var headings: [String]

    /// Makes a reference.
    public init(id: Int64, text: String, headings: [String] = []) {
      self.id = id
      self.text = text
      self.headings = headings
    }
  }

  /// A way of finding chunks.
  public enum Lane: String, Sendable, Hashable, Codable, CodingKeyRepresentable, CaseIterable {
    case vector
    case lexical
  }

  /// The opinion of one lane on one chunk.
  public struct LaneScore: Sendable, Hashable, Codable {
    /// Position in the lane, from 1.
    public var rank: Int
    /// The lane's own score: inner product, or BM25.
    public var score: Double
    /// The score as it entered the fusion.
    public var contribution: Double

    /// Makes a score.
    public init(rank: Int, score: Double, contribution: Double) {
      self.rank = rank
      self.score = score
      self.contribution = contribution
    }
  }
}
