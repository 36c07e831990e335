public import RAGCore

/// Turns the bytes of a source into a ``Document``: text, structure, and the way back.
///
/// Parsing never traps and takes time linear in the source. A parser may be used by many tasks at
/// once.
public struct DocumentParser: Sendable {
  private let limits: Limits
  private let content: PageContent
  private let decoder = SourceDecoder()

  /// Makes a parser that accepts sources up to these limits, and takes this part of web pages.
  public init(limits: Limits = Limits(), content: PageContent = .auto) {
    self.limits = limits
    self.content = content
  }

  /// Proves that an encoding is known by a name.
  /// - Throws: ``RAGError`` of code `invalidInput`.
  package static func checkEncoding(_ name: String) throws {
    _ = try TextEncoding(named: name)
  }

  /// Parses a source.
  ///
  /// A `mediaType` of nil is decided from the extension of `path`, then from the bytes. An
  /// `encoding` of nil is detected; a byte-order mark decides in any case, and a named encoding
  /// that the bytes contradict (they are UTF-8) is reported in the document's warnings. An empty
  /// source gives a document without blocks.
  ///
  /// - Throws: ``RAGError``: `limitExceeded` over ``Limits/documentByteCount`` or
  ///   ``Limits/htmlNodeCount``, `unsupported` for what is no text (the message names the remedy)
  ///   or lacks a converter, `invalidInput` for an unknown encoding or one that the bytes
  ///   are not in.
  /// - Complexity: O(bytes).
  public func parse(
    _ bytes: [UInt8], path: String? = nil, mediaType: Document.MediaType? = nil,
    encoding: String? = nil
  ) throws -> Document {
    do {
      return try parse(bytes, kindOf: path, mediaType: mediaType, encoding: encoding)
    } catch var error as RAGError {
      error.path = error.path ?? path
      throw error
    }
  }

  private func parse(
    _ bytes: [UInt8], kindOf path: String?, mediaType: Document.MediaType?, encoding: String?
  ) throws -> Document {
    guard bytes.count <= limits.documentByteCount else {
      throw RAGError(
        .limitExceeded,
        "the source has \(bytes.count) bytes, more than Limits.documentByteCount, "
          + "\(limits.documentByteCount); split it")
    }
    let mediaType =
      try mediaType.map { given in
        // What the caller says is believed, but for formats that are no text by their signature.
        let head = bytes.prefix(ContentKind.headByteCount)
        if let reason = FileSignature.skipReason(head: head, pathExtension: nil) {
          throw RAGError(.unsupported, reason)
        }
        return given
      } ?? recognized(bytes, path: path)

    let decoded = try decoder.decode(bytes, declared: encoding, isHTML: mediaType == .html)
    guard mediaType == .html || !decoded.source.bytes.contains(0) else {
      throw RAGError(.unsupported, "binary (it contains NUL bytes)")
    }
    let source = Document.Source(
      mediaType: mediaType, encoding: decoded.encoding.rawValue, byteCount: bytes.count)
    var document =
      switch mediaType {
      case .plainText: PlainTextParser.parse(decoded.source, source: source)
      case .markdown: MarkdownParser.parse(decoded.source, source: source)
      case .html:
        try HTMLParser.parse(decoded.source, source: source, limits: limits, content: content)
      }
    document.warnings.insert(contentsOf: decoded.warnings, at: 0)
    return document
  }

  private func recognized(_ bytes: [UInt8], path: String?) throws -> Document.MediaType {
    let head = Array(bytes.prefix(ContentKind.headByteCount))
    switch ContentKind.recognize(path: path, head: head) {
    case .text(let mediaType): return mediaType
    case .skip(let reason): throw RAGError(.unsupported, reason)
    }
  }
}
