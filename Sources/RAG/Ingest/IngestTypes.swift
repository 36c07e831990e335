public import RAGCore
public import RAGIngest

/// Something to ingest.
public enum IngestSource: Sendable {
  /// A file, or a directory with all that lies below it.
  case path(String)
  /// A document of the host's: from memory, standard input or another store.
  case document(MemoryDocument)
}

/// A document that is not a file. The index keeps its source.
public struct MemoryDocument: Sendable {
  /// Unique in the index; a document of the same id is replaced.
  public var id: String
  /// The source, in whatever encoding.
  public var bytes: [UInt8]
  /// How to parse the bytes; nil: by sniffing.
  public var mediaType: Document.MediaType?
  /// Wins over the title that the source declares. Not for records, which have their own.
  public var title: String?
  /// Fields to filter by; those of a record win over them.
  public var metadata: Metadata
  /// A vector of the host's own. The whole text is then one chunk and no encoder runs. Not for
  /// records.
  public var vector: [Float]?

  /// A document from a text.
  public init(
    id: String, text: String, mediaType: Document.MediaType = .plainText, title: String? = nil,
    metadata: Metadata = [:], vector: [Float]? = nil
  ) {
    self.init(
      id: id, bytes: Array(text.utf8), mediaType: mediaType, title: title, metadata: metadata)
    self.vector = vector
  }

  /// A document from bytes.
  public init(
    id: String, bytes: [UInt8], mediaType: Document.MediaType? = nil, title: String? = nil,
    metadata: Metadata = [:]
  ) {
    self.id = id
    self.bytes = bytes
    self.mediaType = mediaType
    self.title = title
    self.metadata = metadata
  }
}

/// How to ingest.
public struct IngestOptions: Sendable {
  /// Globs of the files to take from directories; empty: all.
  public var include: [String] = []
  /// Globs of the files and directories to leave out.
  public var exclude: [String] = []
  /// Commands that turn other formats into text, by file extension.
  public var converters: [Converter] = []
  /// How to read files of records (JSON lines, CSV); nil: files are documents.
  public var records: RecordFormat?
  /// The encoding of the sources; nil: detected for each, and UTF-8 for records.
  public var encoding: String?
  /// Which part of web pages to take.
  public var content = PageContent.auto
  /// Fields to add to every document.
  public var metadata: Metadata = [:]
  /// Whether the index keeps the bytes of files too.
  public var keepsSources = false
  /// What happens to documents whose file is gone.
  public var pruning = Pruning.careful
  /// How to chunk; nil: as the index was made, or the defaults.
  public var chunking: ChunkOptions?
  /// The tokens of a chunk; nil: as `chunking` says.
  public var chunkTokenCount: Int?
  /// The most tokens that a chunk repeats of the one before it; nil: as `chunking` says.
  public var chunkOverlapTokenCount: Int?
  /// How long to wait for another writer.
  public var wait: Duration = .seconds(5)
  /// Whether to report only what the ingest would do, and write nothing.
  public var isDryRun = false

  /// The defaults.
  public init() {}

  /// What happens to documents whose file is gone from an ingested directory.
  public enum Pruning: String, Sendable, CaseIterable {
    /// They are removed, unless that would be more than half of the index, or the directory is gone
    /// or empty.
    case careful
    /// They are removed.
    case always
    /// They stay.
    case never
  }
}

/// How files of records are read: each record is a document.
public struct RecordFormat: Sendable, Hashable {
  /// JSON lines or CSV.
  public var format: RecordReader.Format
  /// The field that holds the text.
  public var textField: String
  /// The field that holds the id; a record without it has its line number.
  public var idField: String

  /// Describes files of records.
  public init(_ format: RecordReader.Format, textField: String = "text", idField: String = "id") {
    self.format = format
    self.textField = textField
    self.idField = idField
  }
}

/// What happened during an ingest, in order.
public enum IngestEvent: Sendable {
  /// One source is done. These come in the order of the sources.
  case source(id: String, IngestOutcome)
  /// How far the whole is: some twenty a second at most, and fewer where they are not read.
  case progress(IngestProgress)
  /// All is done and on disk. The last event of an ingest; a watch has one for each of its ingests.
  case finished(IngestReport)
}

/// What became of one source.
public enum IngestOutcome: Sendable, Hashable {
  case added(chunks: Int)
  case updated(chunks: Int, embedded: Int)
  case unchanged
  case removed
  /// Left out on purpose, with the reason (a PDF without a converter).
  case skipped(reason: String)
  /// Could not be read, with the reason; what the index had of it stays.
  case failed(reason: String)
}

/// How far an ingest is.
public struct IngestProgress: Sendable, Hashable {
  /// What the ingest is at.
  public enum Phase: String, Sendable, Codable {
    case reading, embedding, indexing
  }

  /// What the ingest is at.
  public var phase: Phase
  /// Source bytes done and in all.
  public var bytesDone: Int
  /// Source bytes in all; grows while directories are walked.
  public var byteCount: Int
  /// Documents done.
  public var documentsDone: Int
  /// Documents in all.
  public var documentCount: Int
  /// Tokens that the encoder has embedded.
  public var tokensEmbedded: Int
  /// Since the ingest began.
  public var elapsed: Duration
}
