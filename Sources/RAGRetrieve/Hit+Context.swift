public import RAGCore
import RAGStore

extension Hit {
  /// What stands around a chunk in its section: found by the small chunk, read with what explains
  /// it.
  public struct Context: Sendable, Hashable, Codable {
    /// The text, of which the chunk's is a part. Between chunks it has blanks in place of the white
    /// space and markup there, as many.
    public var text: String
    /// The place of the text in the original source.
    public var span: Span
    /// The chunks that the text is of, in their order.
    public var chunks: [Int64]

    /// Makes a context.
    public init(text: String, span: Span, chunks: [Int64]) {
      self.text = text
      self.span = span
      self.chunks = chunks
    }

    /// Joins chunks of one document that follow each other; nil for none.
    init?(_ chunks: some Collection<StoredChunk>) {
      guard let first = chunks.first else { return nil }
      var bytes: [UInt8] = []
      var span = first.span
      for chunk in chunks {
        // Offsets count from the first chunk's start: what chunks share is taken once, and what
        // lies between two is filled up.
        let start = chunk.textRange.lowerBound - first.textRange.lowerBound
        bytes += Self.gap(
          byteCount: start - bytes.count, isInLine: chunk.span.lines.contains(span.lines.upperBound)
        )
        bytes += chunk.text.utf8.dropFirst(bytes.count - start)
        span = span.union(chunk.span)
      }
      self.init(
        text: String(decoding: bytes, as: UTF8.self), span: span, chunks: chunks.map(\.id))
    }

    private static func gap(byteCount: Int, isInLine: Bool) -> [UInt8] {
      guard byteCount > 0 else { return [] }
      let lineCount = isInLine ? 0 : min(byteCount, 2)
      return Array(repeating: UInt8(ascii: " "), count: byteCount - lineCount)
        + Array(repeating: UInt8(ascii: "\n"), count: lineCount)
    }
  }

  /// What a model is to read of the hit: the context, where the query asked for it.
  public var text: String { context?.text ?? chunk.text }

  /// The place of ``text`` in the original source.
  public var textSpan: Span { context?.span ?? span }

  /// The chunk that ``text`` begins with.
  package var firstChunk: Int64 { context?.chunks.first ?? chunk.id }
}
