/// A vector found, by its id.
public struct VectorMatch: Sendable, Hashable {
  /// The id that the vector was inserted with.
  public var id: Int64
  /// How alike the vector is to the query, in the index's metric; higher is better.
  public var score: Float

  /// Makes a match.
  public init(id: Int64, score: Float) {
    self.id = id
    self.score = score
  }

  /// The order of every result: by score, the best first; ties by id, the lowest first.
  @inline(__always)
  static func precedes(_ a: VectorMatch, _ b: VectorMatch) -> Bool {
    a.score > b.score || (a.score == b.score && a.id < b.id)
  }
}
