import CRAGKernels

/// Turns vectors and queries of one index into codes.
///
/// A vector becomes the difference to the index's centre, rotated, each element rounded to 11 bits
/// between plus and minus the largest (in the manner of locally-adaptive vector quantization,
/// arXiv:2304.04759, over the rotation of RaBitQ, arXiv:2405.12497). Nothing else is learned from
/// the data, so vectors can come at any time.
struct VectorCoder: Sendable {
  let metric: VectorMetric
  let layout: CodeLayout
  /// What is subtracted before coding, `[dimension]`.
  let centre: [Float]
  private let rotation: Rotation

  var dimension: Int { layout.dimension }

  init(metric: VectorMetric, layout: CodeLayout, centre: [Float]) {
    self.metric = metric
    self.layout = layout
    self.centre = centre
    rotation = Rotation(dimension: layout.dimension)
  }

  /// Codes a vector that was prepared for the metric. `work` has room for `dimension` elements,
  /// `lowBits` for the lower bits of a code, which it gets whatever the encoding.
  func encode(
    _ vector: UnsafePointer<Float>, coarse: UnsafeMutablePointer<UInt8>,
    fine: UnsafeMutablePointer<UInt8>, terms: UnsafeMutablePointer<rag_code_terms>,
    work: UnsafeMutablePointer<Float>, lowBits: UnsafeMutablePointer<UInt8>
  ) {
    codeBits(vector, coarse: coarse, lowBits: lowBits, terms: terms, work: work)
    switch layout.encoding {
    case .compact: fine.update(from: lowBits, count: layout.fineStride)
    case .float32:
      UnsafeMutableRawPointer(fine).assumingMemoryBound(to: Float.self)
        .update(from: vector, count: dimension)
    }
  }

  /// The 11 bits of each element, in two parts.
  func codeBits(
    _ vector: UnsafePointer<Float>, coarse: UnsafeMutablePointer<UInt8>,
    lowBits: UnsafeMutablePointer<UInt8>, terms: UnsafeMutablePointer<rag_code_terms>,
    work: UnsafeMutablePointer<Float>
  ) {
    var squaredLength: Float = 0
    for index in 0..<dimension {
      let difference = vector[index] - centre[index]
      work[index] = difference
      squaredLength += difference * difference
    }
    rotation.apply(work)
    var scale: Float = 0
    rag_encode(work, dimension, layout.blocks, coarse, lowBits, &scale)
    terms.pointee = rag_code_terms(scale: scale, squared_length: squaredLength)
  }

  /// Codes a query that was prepared for the metric into `room`.
  func encode(query: [Float], into room: QueryRoom) -> CodedQuery {
    let floats = room.floats(dimension)
    let work = room.work(dimension)
    let (high, low) = room.parts(layout.blocks * Int(RAG_CODE_BLOCK))
    var base: Float = 0
    for index in 0..<dimension {
      let value = query[index]
      floats[index] = value
      if metric == .squaredL2 {
        let difference = value - centre[index]
        work[index] = difference
        base -= difference * difference
      } else {
        work[index] = value
        base += value * centre[index]
      }
    }
    rotation.apply(work)
    var largest: Float = 0
    var squaredLength: Float = 0
    for index in 0..<dimension {
      largest = max(largest, abs(work[index]))
      squaredLength += work[index] * work[index]
    }
    let step = largest / 8_191
    let inverse = step > 0 && (1 / step).isFinite ? 1 / step : 0
    var highSum: Int64 = 0
    var lowSum: Int64 = 0
    for index in 0..<dimension {
      // Only elements near the largest number there is could fail to be finite here.
      let scaled = (work[index] * inverse).rounded()
      let value = scaled.isFinite ? Int32(max(-8_191, min(8_191, scaled))) : 0
      let upper = (value + 64) >> 7
      let lower = value - 128 * upper
      // |value| is at most 8,191, so both parts fit: [-64, 64] and [-64, 63].
      high[index] = Int8(truncatingIfNeeded: upper)
      low[index] = Int8(truncatingIfNeeded: lower)
      highSum += Int64(upper)
      lowSum += Int64(lower)
    }
    let isL2 = metric == .squaredL2
    let code = rag_code_query(
      high: high, low: low, blocks: layout.blocks, high_sum: highSum, low_sum: lowSum,
      base: base, factor: isL2 ? step : step / 2, weight: isL2 ? 1 : 0)
    return CodedQuery(code: code, floats: floats, length: squaredLength.squareRoot())
  }
}

/// A query as the kernels take it; valid as long as the room that it was coded into is not used
/// for another.
struct CodedQuery {
  var code: rag_code_query
  /// The elements, prepared for the metric.
  let floats: UnsafePointer<Float>
  /// The length of what is coded.
  let length: Float

  /// The standard deviation of a coarse score from the rounding of the elements, each uniform over
  /// a step of 128 scales.
  func roundingError(_ terms: rag_code_terms) -> Float {
    let isL2 = code.weight > 0
    return (isL2 ? 2 : 1) * length * 128 * terms.scale / Float(12).squareRoot()
  }
}

/// The sizes of the codes of one dimension and encoding.
struct CodeLayout: Sendable, Hashable {
  let dimension: Int
  let encoding: VectorEncoding

  var blocks: Int { (dimension + Int(RAG_CODE_BLOCK) - 1) / Int(RAG_CODE_BLOCK) }
  /// Bytes of a row of coarse codes.
  var coarseStride: Int { blocks * Int(RAG_COARSE_BLOCK_BYTES) }
  /// Bytes of a row of what decides the final order.
  var fineStride: Int {
    switch encoding {
    case .compact: blocks * Int(RAG_FINE_BLOCK_BYTES)
    case .float32: (dimension + 15) / 16 * 64
    }
  }
  /// Bytes of a row of byte codes.
  var byteStride: Int { blocks * Int(RAG_CODE_BLOCK) }
}
