import RAGCore
import RAGGenerate
import RAGIngest
import RAGRetrieve
import RAGStore

/// Proves citations: reads the source again, compares its hash, runs the extraction again, and
/// compares the quote character for character.
///
/// Lives for one answer, so that a source cited twice is read and parsed once.
actor SourceVerifier: CitationVerifier {
  private let archive: SourceArchive
  /// By the bytes of a document's id: `==` takes é for e with an accent.
  private var readings: [[UInt8]: Reading] = [:]

  private enum Reading {
    case same(Document, bytes: [UInt8])
    case changed
    case gone
  }

  init(archive: SourceArchive) { self.archive = archive }

  func verify(
    _ quote: String, at textRange: Range<Int>, of hit: Hit
  ) async throws -> CitationVerdict {
    let chunk: StoredChunk
    do {
      chunk = try await archive.chunk(hit.firstChunk)
    } catch RAGError.Code.notFound {
      // Ingested anew between the search and now.
      return .sourceChanged
    }
    switch try await reading(of: chunk.document) {
    case .changed: return .sourceChanged
    case .gone: return .sourceGone
    case .same(let document, let bytes):
      let start = chunk.textRange.lowerBound
      let range = (start + textRange.lowerBound)..<(start + textRange.upperBound)
      guard range.upperBound <= document.text.count, document.string(range) == quote else {
        return .refuted
      }
      let span = document.span(of: range)
      guard span.utf8.upperBound <= bytes.count else { return .refuted }
      // Text and Markdown are their source: there the very bytes must be equal.
      let isVerbatim = document.source.mediaType != .html && document.source.encoding == "utf-8"
      guard !isVerbatim || bytes[span.utf8].elementsEqual(quote.utf8) else { return .refuted }
      return .verified(span)
    }
  }

  private func reading(of document: StoredDocument) async throws -> Reading {
    let key = Array(document.key.utf8)
    if let known = readings[key] { return known }
    let reading: Reading =
      switch try await archive.source(of: document) {
      case .same(let bytes): .same(try parse(bytes, as: document.source), bytes: bytes)
      case .changed: .changed
      case .gone, .unreadable: .gone
      }
    readings[key] = reading
    return reading
  }

  private func parse(_ bytes: [UInt8], as source: Document.Source) throws -> Document {
    try DocumentParser(limits: archive.limits, content: source.content).parse(
      bytes, mediaType: source.mediaType, encoding: source.encoding)
  }
}
