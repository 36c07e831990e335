import CRAGKernels

/// The levels that this CPU supports, by name for the names of test cases.
enum KernelLevel: String, CaseIterable, Sendable {
  case scalar, avx2, avx512, avx512vnni, neon, neonDotprod

  static let supported = allCases.filter { rag_cpu_supports($0.level) != 0 }
  /// Those that give the same bits: the scalar one has no fused additions.
  static let alike = supported.filter { $0 != .scalar }

  var level: rag_cpu_level {
    switch self {
    case .scalar: RAG_CPU_SCALAR
    case .avx2: RAG_CPU_AVX2
    case .avx512: RAG_CPU_AVX512
    case .avx512vnni: RAG_CPU_AVX512VNNI
    case .neon: RAG_CPU_NEON
    case .neonDotprod: RAG_CPU_NEON_DOTPROD
    }
  }

  var kernels: rag_encoder_kernels { rag_encoder_kernels_at(level) }
}

/// Rows of Float32 in the kernels' layout.
struct KernelMatrix {
  let rows: Int
  let columns: Int
  let stride: Int
  var values: [Float]

  init(rows: Int, columns: Int, fill: Float = 0) {
    self.rows = rows
    self.columns = columns
    stride = Self.padded(columns)
    values = [Float](repeating: fill, count: rows * stride + 16)
  }

  /// Random values, zeros behind each row.
  init(rows: Int, columns: Int, in range: ClosedRange<Float> = -2...2, seed: UInt64) {
    self.init(rows: rows, columns: columns)
    var generator = SeededGenerator(seed: seed)
    for row in 0..<rows {
      for column in 0..<columns {
        values[row * stride + column] = Float.random(in: range, using: &generator)
      }
    }
  }

  subscript(row: Int, column: Int) -> Float { values[row * stride + column] }

  /// The values of all rows without what fills them up.
  var plain: [Float] {
    (0..<rows).flatMap { values[($0 * stride)..<($0 * stride + columns)] }
  }

  static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}

/// Rows that a level made bytes, of a multiple of 16 values each.
struct QuantizedRows {
  /// As the level's products take them.
  let inputs: [Int8]
  let codes: [rag_row_code]
  /// In their order.
  let bytes: [Int8]

  init(_ matrix: KernelMatrix, by kernels: rag_encoder_kernels) {
    let count = matrix.rows * matrix.stride
    var inputs = [Int8](repeating: 0, count: count * kernels.input_bytes)
    var codes = [rag_row_code](repeating: .init(), count: matrix.rows)
    var scratch = [Float](repeating: 0, count: matrix.stride)
    kernels.quantize(
      matrix.values, matrix.stride, matrix.stride, matrix.rows, &scratch, &inputs, &codes)
    bytes =
      kernels.input_bytes == 1
      ? inputs
      : (0..<count).map { index in
        // Of four, the second lies behind the third.
        let place = index / 4 * 4 + [0, 2, 1, 3][index % 4]
        let value = Int16(inputs[2 * place + 1]) << 8 | Int16(UInt8(bitPattern: inputs[2 * place]))
        return Int8(truncatingIfNeeded: value)
      }
    self.inputs = inputs
    self.codes = codes
  }
}

/// The largest difference of two lists, by the size of the second where that is above 1.
func largestDifference(_ a: some Sequence<Float>, _ b: some Sequence<Double>) -> Double {
  zip(a, b).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 0
}

extension UnsafeBufferPointer {
  /// The start of an array's values, of which there are some.
  var base: UnsafePointer<Element> { baseAddress.unsafelyUnwrapped }
}

extension UnsafeMutableBufferPointer {
  /// The start of an array's values, of which there are some.
  var base: UnsafeMutablePointer<Element> { baseAddress.unsafelyUnwrapped }
}
