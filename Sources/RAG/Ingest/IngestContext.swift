import Foundation
import RAGCore
import RAGGenerate
import RAGIngest
import RAGStore

/// What all stages of an ingest work with.
struct IngestContext: Sendable {
  /// Nil in a dry run where there is no index.
  var store: Store?
  var encoder: (any Embedder)?
  var limits: Limits
  var options: IngestOptions
}

extension IngestOptions {
  /// How a walk chooses files.
  var walkOptions: FileWalker.Options { FileWalker.Options(include: include, exclude: exclude) }

  /// Proves that the options mean something, before anything is made.
  /// - Throws: ``RAGError`` of code `invalidInput`.
  package func check() throws {
    try walkOptions.validate()
    try SourceParser.check(metadata)
    if let encoding { try DocumentParser.checkEncoding(encoding) }
    _ = try chunking(where: nil)
  }
}

extension IngestContext {
  /// Reads a whole state of the index; nil where there is none.
  func read<Result: Sendable>(
    _ body: @Sendable (StoreReader) throws -> Result
  ) async throws -> Result? {
    try await store?.read(body)
  }

  /// Checks that the index goes with the encoder and the options.
  /// - Throws: ``RAGError`` of code `modelMismatch`, `dimensionMismatch` or `invalidInput`.
  func plan() async throws -> IngestPlan {
    try options.check()
    let path = store?.directory.path
    let settings = try await read { $0.settings }
    if let encoder, let path {
      try settings?.requireSame(encoder: encoder, path: path)
    } else if let fingerprint = settings?.fingerprint, !fingerprint.isEmpty {
      throw RAGError(
        .modelMismatch,
        "the index holds vectors of \(settings?.encoderName ?? "an encoder"), and none was given to ingest with; name it (--encoder), or use another index",
        path: path)
    }
    let stored = try settings?.chunking.map(ChunkOptions.init(stored:))
    let chunking = try options.chunking(where: stored)
    if let stored, stored != chunking {
      throw RAGError(
        .modelMismatch,
        "the index was made with chunks of \(stored.tokenCount) tokens and an overlap of \(stored.overlapTokenCount); use the same, or another index",
        path: path)
    }
    return IngestPlan(
      parser: SourceParser(
        parser: DocumentParser(limits: limits, content: options.content),
        chunker: Chunker(
          options: chunking, tokenCounter: encoder?.tokenCounter ?? EstimatedTokenCounter(),
          maximumTokenCount: encoder?.maximumTokenCount ?? .max),
        fingerprint: encoder?.fingerprint ?? "", chunking: chunking, options: options),
      chunking: try chunking.stored,
      dimension: settings?.dimension ?? encoder?.dimension,
      addsFirstVectors: encoder != nil && settings?.fingerprint == nil
        && settings?.documentCount ?? 0 > 0)
  }
}

/// What an index and its encoder decide for an ingest.
struct IngestPlan: Sendable {
  var parser: SourceParser
  /// As the index keeps it.
  var chunking: String
  /// Elements that a vector must have; nil until the index's first vector is met.
  var dimension: Int?
  /// Whether the index holds documents, and no vector.
  var addsFirstVectors: Bool
}
