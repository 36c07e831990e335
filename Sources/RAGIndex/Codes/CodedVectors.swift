import CRAGKernels

/// Rows of codes as they lie in memory, whoever owns the bytes.
///
/// `@unchecked Sendable`: nobody writes through it, and the owner lends it for reading only.
struct CodedVectors: @unchecked Sendable {
  let layout: CodeLayout
  let metric: VectorMetric
  /// `[rows, coarseStride]`, aligned to 64 bytes.
  let coarse: UnsafePointer<UInt8>
  /// `[rows, fineStride]`
  let fine: UnsafePointer<UInt8>
  /// `[rows]`
  let terms: UnsafePointer<rag_code_terms>

  private static let kernels = rag_code_kernels_at(rag_cpu_detect())

  /// Scores rows by their upper 4 bits, `scores[i]` for `slots[i]`.
  @inline(__always)
  func coarseScores(
    _ query: inout CodedQuery, _ slots: UnsafePointer<UInt32>, _ count: Int,
    into scores: UnsafeMutablePointer<Float>
  ) {
    Self.kernels.coarse_rows(&query.code, coarse, terms, slots, count, scores)
  }

  /// The same for rows that follow each other.
  @inline(__always)
  func coarseScores(
    _ query: inout CodedQuery, first: Int, _ count: Int,
    into scores: UnsafeMutablePointer<Float>
  ) {
    Self.kernels.coarse_range(&query.code, coarse, terms, first, count, scores)
  }

  /// Scores rows by all that is kept of them.
  func fineScores(
    _ query: inout CodedQuery, _ slots: UnsafePointer<UInt32>, _ count: Int,
    into scores: UnsafeMutablePointer<Float>
  ) {
    switch layout.encoding {
    case .compact:
      Self.kernels.fine_rows(&query.code, coarse, fine, terms, slots, count, scores)
    case .float32:
      let rows = UnsafeRawPointer(fine).assumingMemoryBound(to: Float.self)
      ScoreKernel(metric).rows(
        query.floats, rows, layout.fineStride / MemoryLayout<Float>.size, layout.dimension, slots,
        count, scores)
    }
  }

  func terms(_ slot: UInt32) -> rag_code_terms { terms[Int(slot)] }
}
