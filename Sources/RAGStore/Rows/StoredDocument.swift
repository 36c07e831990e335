package import RAGCore

/// A document as the store takes it, whole: with its chunks and their vectors.
package struct DocumentRecord: Sendable {
  /// Unique in the index: the absolute path of a file, or the host's id.
  package var key: String
  /// The absolute path of the file, or of the file of records that holds the document.
  package var path: String?
  package var title: String?
  package var language: String?
  package var source: Document.Source
  /// The command that made the text, for documents that were converted.
  package var converter: String?
  /// SHA-256 of the bytes that were read.
  package var contentHash: [UInt8]
  /// SHA-256 of all else that decides the rows: metadata, converter, chunking, encoder.
  package var settingsHash: [UInt8]
  /// The source itself, where the index keeps it.
  package var keptSource: [UInt8]?
  package var links: [Document.Link]
  package var metadata: Metadata
  package var chunks: [ChunkRecord]

  package init(
    key: String, path: String?, title: String?, language: String?,
    source: Document.Source, converter: String?, contentHash: [UInt8], settingsHash: [UInt8],
    keptSource: [UInt8]?, links: [Document.Link], metadata: Metadata, chunks: [ChunkRecord]
  ) {
    self.key = key
    self.path = path
    self.title = title
    self.language = language
    self.source = source
    self.converter = converter
    self.contentHash = contentHash
    self.settingsHash = settingsHash
    self.keptSource = keptSource
    self.links = links
    self.metadata = metadata
    self.chunks = chunks
  }
}

/// A chunk with what makes it itself.
package struct ChunkRecord: Sendable {
  package var chunk: Chunk
  /// SHA-256 of the embedding text and the encoder's fingerprint.
  package var identity: [UInt8]
  /// Nil in an index without an encoder.
  package var vector: [Float]?

  package init(chunk: Chunk, identity: [UInt8], vector: [Float]?) {
    self.chunk = chunk
    self.identity = identity
    self.vector = vector
  }

  /// Proves that a vector can be compared with others: that its elements are finite, and not all
  /// zero.
  /// - Throws: ``RAGError`` of code `invalidInput`.
  package static func check(_ vector: [Float]) throws { try VectorRow.check(vector) }
}

/// What tells whether a document changed since it was stored.
package struct DocumentState: Sendable, Equatable {
  package var path: String?
  package var contentHash: [UInt8]
  package var settingsHash: [UInt8]

  package init(path: String?, contentHash: [UInt8], settingsHash: [UInt8]) {
    self.path = path
    self.contentHash = contentHash
    self.settingsHash = settingsHash
  }
}

/// A chunk as a reader gets it, with what is needed to show, cite and verify it.
package struct StoredChunk: Sendable {
  package var id: Int64
  package var text: String
  package var headings: [String]
  package var textRange: Range<Int>
  package var span: Span
  package var document: StoredDocument
}

/// A document as a reader gets it.
package struct StoredDocument: Sendable {
  package var key: String
  package var path: String?
  package var title: String?
  package var source: Document.Source
  package var converter: String?
  package var contentHash: [UInt8]
  /// Whether the index keeps the source's bytes.
  package var keepsSource: Bool

  /// The path, where the document is a file and not a record in one: spans refer to it.
  package var filePath: String? { sameBytes(path, key) ? path : nil }
}
