/// A vector or text found, by its id.
public struct Match: Sendable, Hashable {
  /// The id that it was inserted with.
  public var id: Int64
  /// How well it matches, in the measure of what searched; higher is better.
  public var score: Float

  /// Makes a match.
  public init(id: Int64, score: Float) {
    self.id = id
    self.score = score
  }

  /// The order of every result: by score, the best first; ties by id, the lowest first.
  @inlinable @inline(__always)
  package static func precedes(_ a: Match, _ b: Match) -> Bool {
    a.score > b.score || (a.score == b.score && a.id < b.id)
  }
}
