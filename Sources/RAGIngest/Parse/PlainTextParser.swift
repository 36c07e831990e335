import RAGCore

/// Plain text: the text is the source, its blocks are the paragraphs between blank lines.
enum PlainTextParser {
  static func parse(_ decoded: DecodedSource, source: Document.Source) -> Document {
    let bytes = decoded.bytes
    var blocks: [Document.Block] = []
    var open: Range<Int>?
    LineScanner.forEachLine(of: bytes) { line in
      let content = bytes.trimmed(line)
      if content.isEmpty {
        if let range = open { blocks.append(Document.Block(.paragraph, range)) }
        open = nil
      } else {
        open = (open?.lowerBound ?? content.lowerBound)..<content.upperBound
      }
    }
    if let range = open { blocks.append(Document.Block(.paragraph, range)) }
    return Document(
      source: source, text: bytes, decoded: decoded, map: .identity(byteCount: bytes.count),
      blocks: blocks)
  }
}
