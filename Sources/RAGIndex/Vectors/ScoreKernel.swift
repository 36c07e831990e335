import CRAGKernels

/// The C functions that score one metric on this CPU.
struct ScoreKernel: Sendable {
  /// Scores two vectors.
  let pair: rag_score_pair
  /// Scores one vector against rows of a matrix.
  let rows: rag_score_rows

  /// Chosen once a process.
  private static let best = rag_distance_kernels_at(rag_cpu_detect())

  init(_ metric: VectorMetric) {
    switch metric {
    case .innerProduct, .cosine:
      pair = Self.best.dot
      rows = Self.best.dot_rows
    case .squaredL2:
      pair = Self.best.negated_l2
      rows = Self.best.negated_l2_rows
    }
  }
}
