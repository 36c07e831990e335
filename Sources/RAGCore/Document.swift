/// A parsed source: its text, its structure, and the way back to the source's bytes.
public struct Document: Sendable {
  /// What the text was made from.
  public var source: Source
  /// The title that the source declares.
  public var title: String?
  /// BCP 47 language tag that the source declares, in lower case (`en`, `zh-tw`).
  public var language: String?
  /// The text as ingestion sees it, valid UTF-8. Offsets elsewhere are into these bytes.
  public var text: [UInt8]
  /// The source as valid UTF-8, markup included, with the way back to its bytes.
  public var decoded: DecodedSource
  /// From `text` to the bytes of `decoded`.
  public var map: SourceMap
  /// The structure, in the order of the text, not overlapping. What lies between blocks is
  /// white space.
  public var blocks: [Block]
  /// The hyperlinks, in the order of the source.
  public var links: [Link]
  /// Fields that the source itself declares (`author`, `description`, `date`, front matter).
  public var metadata: Metadata
  /// What was repaired, replaced or left out, in words for the user.
  public var warnings: [String]

  /// Makes a parsed document of its parts.
  public init(
    source: Source, title: String? = nil, language: String? = nil, text: [UInt8],
    decoded: DecodedSource, map: SourceMap, blocks: [Block], links: [Link] = [],
    metadata: Metadata = [:], warnings: [String] = []
  ) {
    self.source = source
    self.title = title
    self.language = language
    self.text = text
    self.decoded = decoded
    self.map = map
    self.blocks = blocks
    self.links = links
    self.metadata = metadata
    self.warnings = warnings
  }

  /// The place in the source that a range of the text came from.
  ///
  /// The range is of UTF-8 offsets in `text`, on scalar boundaries.
  /// - Complexity: O(log(size of the source)).
  public func span(of textRange: Range<Int>) -> Span {
    decoded.span(of: map.sourceRange(of: textRange))
  }

  /// The text of a range of UTF-8 offsets. Ends inside a character repair to U+FFFD.
  public func string(_ range: Range<Int>) -> String {
    String(decoding: text[range], as: UTF8.self)
  }
}

extension Document {
  /// How the bytes of a source were read as text.
  public struct Source: Sendable, Hashable, Codable {
    /// The kind of source.
    public var mediaType: MediaType
    /// The name of the encoding that the bytes were decoded with (`utf-8`, `gb18030`, …).
    public var encoding: String
    /// The size of the source.
    public var byteCount: Int
    /// Which part of it became text: ``PageContent/main`` or ``PageContent/full``, never `auto`.
    public var content: PageContent

    /// Describes a source.
    public init(
      mediaType: MediaType, encoding: String, byteCount: Int, content: PageContent = .full
    ) {
      self.mediaType = mediaType
      self.encoding = encoding
      self.byteCount = byteCount
      self.content = content
    }
  }

  /// The kinds of source that the engine parses.
  public enum MediaType: String, Sendable, Hashable, Codable, CaseIterable {
    case plainText = "text/plain"
    case markdown = "text/markdown"
    case html = "text/html"
  }

  /// A piece of structure: one heading, paragraph, list item, code block or table.
  public struct Block: Sendable, Hashable {
    /// What a block is.
    public enum Kind: Sendable, Hashable {
      /// A heading of level 1 (outermost) to 6.
      case heading(level: Int)
      case paragraph
      case listItem
      case code
      /// A whole table, one row a line.
      case table
    }

    /// What the block is.
    public var kind: Kind
    /// UTF-8 offsets in the document's text, without surrounding white space.
    public var range: Range<Int>

    /// Makes a block.
    public init(_ kind: Kind, _ range: Range<Int>) {
      self.kind = kind
      self.range = range
    }
  }

  /// A hyperlink of the source.
  public struct Link: Sendable, Hashable, Codable {
    /// The address, as the source writes it.
    public var target: String
    /// The words that carry the link.
    public var text: String

    /// Makes a link.
    public init(target: String, text: String) {
      self.target = target
      self.text = text
    }
  }
}
