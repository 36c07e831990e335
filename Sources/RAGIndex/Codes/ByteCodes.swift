import CRAGKernels

/// The upper 8 bits of each code, by which a graph is built: one read of a row serves a whole
/// comparison, and distances among the rounded vectors obey the triangle inequality.
///
/// `@unchecked Sendable`: nobody writes through it, and the owner lends it for reading only.
struct ByteCodes: @unchecked Sendable {
  let layout: CodeLayout
  /// `[rows, byteStride]`, aligned to 64 bytes.
  let bytes: UnsafePointer<UInt8>
  /// `[rows]`: the sum of each row.
  let sums: UnsafePointer<UInt32>
  /// `[rows]`: the squared length of each rounded vector.
  let squaredLengths: UnsafePointer<Float>
  let terms: UnsafePointer<rag_code_terms>

  private static let kernels = rag_code_kernels_at(rag_cpu_detect())

  /// Scores nodes by their negated squared distance from a node, `scores[i]` for `slots[i]`.
  @inline(__always)
  func scores(
    of node: UInt32, _ slots: UnsafePointer<UInt32>, _ count: Int,
    into scores: UnsafeMutablePointer<Float>
  ) {
    let row = Int(node)
    Self.kernels.byte_rows(
      bytes + row * layout.byteStride, Int64(sums[row]), bytes, sums, layout.blocks,
      layout.dimension, slots, count, scores)
    let scale = 32 * terms[row].scale
    let length = squaredLengths[row]
    for index in 0..<count {
      let other = Int(slots[index])
      scores[index] =
        scale * terms[other].scale * scores[index] - squaredLengths[other] - length
    }
  }

  /// A node as a query by squared distance: its byte code, less 128, as the upper part.
  func query(_ node: UInt32, _ room: QueryRoom) -> CodedQuery {
    let (high, low) = room.parts(layout.byteStride)
    let row = bytes + Int(node) * layout.byteStride
    for index in 0..<layout.dimension { high[index] = Int8(bitPattern: row[index] ^ 0x80) }
    let step = terms[Int(node)].scale / 16
    let code = rag_code_query(
      high: high, low: low, blocks: layout.blocks,
      high_sum: Int64(sums[Int(node)]) - 128 * Int64(layout.dimension), low_sum: 0,
      base: -squaredLengths[Int(node)], factor: step, weight: 1)
    return CodedQuery(
      code: code, floats: room.floats(0),
      length: squaredLengths[Int(node)].squareRoot())
  }

  /// The squared length of a row, from its bytes.
  static func squaredLength(
    _ layout: CodeLayout, _ row: UnsafePointer<UInt8>, sum: UInt32, scale: Float
  ) -> Float {
    var slot: UInt32 = 0
    var sum = sum
    var product: Float = 0
    kernels.byte_rows(
      row, Int64(sum), row, &sum, layout.blocks, layout.dimension, &slot, 1, &product)
    // The same steps as in scores(of:), so that equal vectors are at distance zero.
    return 32 * scale * scale * product / 2
  }
}
