import RAGCore

/// How large chunks are made.
public struct ChunkOptions: Sendable, Hashable, Codable {
  /// The usual size of a chunk in tokens of the encoder, prefix and overlap included. A chunk has
  /// at most a quarter more, and never more than the encoder takes.
  public var tokenCount: Int
  /// The most tokens of sentences that a chunk repeats from the end of the one before it.
  public var overlapTokenCount: Int

  /// Makes options; the defaults suit encoders of 256 tokens and more.
  public init(tokenCount: Int = 200, overlapTokenCount: Int = 30) {
    self.tokenCount = tokenCount
    self.overlapTokenCount = overlapTokenCount
  }

  /// The fewest tokens of a chunk.
  package static let smallestTokenCount = 16

  /// The options, if chunks can be made by them.
  /// - Throws: ``RAGError`` of code `invalidInput`.
  package func checked() throws -> ChunkOptions {
    guard tokenCount >= Self.smallestTokenCount, overlapTokenCount >= 0 else {
      throw RAGError(
        .invalidInput,
        "chunks have at least \(Self.smallestTokenCount) tokens and no negative overlap, not "
          + "\(tokenCount) and \(overlapTokenCount)")
    }
    return self
  }
}
