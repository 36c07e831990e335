import RAG

/// The JSON of `rag extract`.
struct ExtractReport: Encodable {
  /// A block of the text, with its place in the source.
  struct Block: Encodable {
    var kind: String
    /// The level of a heading.
    var level: Int?
    var text: String
    var span: Span
  }

  var title: String?
  var language: String?
  var mediaType: Document.MediaType
  var encoding: String
  var byteCount: Int
  /// Which part of the source the text is.
  var content: PageContent
  var metadata: Metadata
  var links: [Document.Link]
  var blocks: [Block]
  var text: String
  var warnings: [String]

  init(_ document: Document) {
    title = document.title
    language = document.language
    mediaType = document.source.mediaType
    encoding = document.source.encoding
    byteCount = document.source.byteCount
    content = document.source.content
    metadata = document.metadata
    links = document.links
    blocks = document.blocks.map { block in
      let (kind, level): (String, Int?) =
        switch block.kind {
        case .heading(let level): ("heading", level)
        case .paragraph: ("paragraph", nil)
        case .listItem: ("listItem", nil)
        case .code: ("code", nil)
        case .table: ("table", nil)
        }
      return Block(
        kind: kind, level: level, text: document.string(block.range),
        span: document.span(of: block.range))
    }
    text = String(decoding: document.text, as: UTF8.self)
    warnings = document.warnings
  }
}
