/// What an ingest did, or what a dry run found that it would do.
public struct IngestReport: Sendable, Codable, Hashable {
  /// Whether this tells of a dry run, which wrote nothing.
  public var isDryRun = false
  /// New documents.
  public var added = 0
  /// Documents whose content or settings changed.
  public var updated = 0
  /// Documents that cost nothing.
  public var unchanged = 0
  /// Documents whose file is gone, holds no text any more, or is read as records now.
  public var removed = 0
  /// Sources left out on purpose, the first of them.
  public private(set) var skipped: [SourceProblem] = []
  /// All sources left out on purpose.
  public private(set) var skippedCount = 0
  /// Sources that could not be read, the first of them.
  public private(set) var failed: [SourceProblem] = []
  /// All sources that could not be read.
  public private(set) var failedCount = 0
  /// Things the user should know that are no failures: the first of those about sources, and all
  /// about the index.
  public private(set) var warnings: [String] = []
  /// All of these.
  public private(set) var warningCount = 0
  /// Chunks in the documents added or updated.
  public var chunks = 0
  /// Chunks that the encoder embedded.
  public var embeddedChunks = 0
  /// Tokens that the encoder embedded.
  public var embeddedTokens = 0
  /// Wall time.
  public var seconds = 0.0

  /// The most entries of each list; what is beyond is only counted.
  public static let listedCount = 1_000

  /// A source and what is wrong with it.
  public struct SourceProblem: Sendable, Codable, Hashable {
    /// The path or id.
    public var source: String
    /// What is wrong, and what to do.
    public var reason: String
  }

  private enum CodingKeys: String, CodingKey {
    case isDryRun = "dryRun"
    case added, updated, unchanged, removed, skipped, skippedCount, failed, failedCount, warnings,
      warningCount
    case chunks, embeddedChunks, embeddedTokens, seconds
  }

  /// Whether the index differs from what it was.
  public var hasChanges: Bool { added + updated + removed > 0 }

  mutating func add(_ outcome: IngestOutcome, of source: String) {
    switch outcome {
    case .added(let count):
      added += 1
      chunks += count
    case .updated(let count, _):
      updated += 1
      chunks += count
    case .unchanged: unchanged += 1
    case .removed: removed += 1
    case .skipped(let reason):
      skippedCount += 1
      Self.append(SourceProblem(source: source, reason: reason), to: &skipped)
    case .failed(let reason):
      failedCount += 1
      Self.append(SourceProblem(source: source, reason: reason), to: &failed)
    }
  }

  /// Adds a warning; one about the index is always listed.
  mutating func warn(_ warning: String, isOfSource: Bool) {
    warningCount += 1
    if isOfSource { Self.append(warning, to: &warnings) } else { warnings.append(warning) }
  }

  private static func append<Entry>(_ entry: Entry, to list: inout [Entry]) {
    if list.count < listedCount { list.append(entry) }
  }
}
