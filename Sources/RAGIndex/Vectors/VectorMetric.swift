import RAGCore

/// How alike two vectors are; higher is better for all metrics.
public enum VectorMetric: String, Codable, Sendable, Hashable, CaseIterable {
  /// The inner product of the vectors as they are.
  case innerProduct
  /// The inner product of the vectors scaled to length 1.
  case cosine
  /// The squared Euclidean distance, negated.
  case squaredL2
}

extension VectorMetric {
  /// The largest squared length of a vector. Under it no score of two vectors overflows: an inner
  /// product is at most the bound, a squared distance at most four times the bound.
  static let largestSquaredLength = Double(Float.greatestFiniteMagnitude) / 8

  /// Checks that a vector can be compared.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` when a component is not finite, all are too
  ///   large to compare, or, for ``cosine``, all are zero.
  func check(_ vector: some Sequence<Float>) throws {
    var squaredLength = 0.0
    for component in vector { squaredLength += Double(component) * Double(component) }
    guard squaredLength.isFinite else {
      throw RAGError(.invalidInput, "a vector holds a component that is not a finite number")
    }
    if self == .cosine {
      guard squaredLength > 0 else {
        throw RAGError(.invalidInput, "a vector of zeros has no direction to compare by cosine")
      }
    } else if squaredLength > Self.largestSquaredLength {
      throw RAGError(.invalidInput, "a vector is too long to be compared; scale it down")
    }
  }

  /// Checks a vector as it is put into an index: its dimension too.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput`.
  package func check(vector: [Float]) throws {
    _ = try HNSWParameters.checked(dimension: vector.count)
    try check(vector)
  }

  /// Checks a vector and brings it into the form that is stored and compared: scaled to length 1
  /// for ``cosine``, else as it is.
  ///
  /// - Throws: ``RAGError`` of code `dimensionMismatch` when the vector has another length than
  ///   `dimension`, else as ``check(_:)``.
  func prepare(_ vector: [Float], dimension: Int) throws -> [Float] {
    guard vector.count == dimension else {
      throw RAGError(
        .dimensionMismatch,
        "a vector of \(vector.count) dimensions was given to an index of \(dimension)")
    }
    try check(vector)
    guard self == .cosine else { return vector }
    let squaredLength = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
    let factor = 1 / squaredLength.squareRoot()
    return vector.map { Float(Double($0) * factor) }
  }
}
