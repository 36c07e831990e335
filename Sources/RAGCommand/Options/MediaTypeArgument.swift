import ArgumentParser
import RAG

/// How to parse a source, by a short name.
enum MediaTypeArgument: String, CaseIterable, ExpressibleByArgument {
  case text, markdown, html

  /// The media type of the name.
  var mediaType: Document.MediaType {
    switch self {
    case .text: .plainText
    case .markdown: .markdown
    case .html: .html
    }
  }
}
