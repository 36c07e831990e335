/// How the vectors of an index are kept.
public enum VectorEncoding: String, Codable, Sendable, Hashable, CaseIterable {
  /// 11 bits an element: 4 for the first pass of a search and 7 more for the final order. Scores
  /// are off by about 5e-5 of the vectors' length, which moves one of two thousand hits across the
  /// tenth place; 536 bytes for 384 dimensions.
  case compact
  /// The same 4 bits for the first pass and the Float32 elements for the final order: exact
  /// scores, for three times the memory.
  case float32
}
