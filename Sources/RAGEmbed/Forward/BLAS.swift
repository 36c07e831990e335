import COpenBLAS
import CRAGKernels
import RAGCore

/// Matrix products by OpenBLAS, loaded once per process with the right kernels for this CPU.
struct BLAS: Sendable {
  let report: EncoderReport.BLAS
  private let sgemm: rag_sgemm
  /// How the kernels take the rows of a product.
  private let blocking: Blocking

  /// The kernels take rows in blocks: a smaller last block is summed in another order, and with
  /// some kernels so are the rows within a block.
  private struct Blocking {
    /// Rows of a product are computed alike when their number is a multiple of this.
    var rowUnit: Int
    /// A row is computed alike at places that differ by a multiple of this.
    var placeUnit: Int

    /// What was measured over many shapes; for other kernels, a multiple of the block sizes that
    /// there are.
    init(core: String) {
      switch core {
      case "SkylakeX", "Cooperlake", "Sandybridge", "Nehalem", "Prescott":
        (rowUnit, placeUnit) = (4, 1)
      case "Haswell", "Zen": (rowUnit, placeUnit) = (12, 12)
      default: (rowUnit, placeUnit) = (48, 48)
      }
    }
  }

  /// The library of this process.
  ///
  /// - Throws: ``RAGError`` `unsupported` where none is installed.
  static func shared() throws -> BLAS { try loaded.get() }

  private static let loaded = Result { () throws(RAGError) in try BLAS() }

  private init() throws(RAGError) {
    var library = rag_openblas()
    var message = [CChar](repeating: 0, count: 512)
    let status = Self.kernels.withCString(orNil: ()) { rag_openblas_load(&library, $0, &message) }
    guard status == 0, let sgemm = library.sgemm else {
      throw RAGError(
        .unsupported,
        "OpenBLAS cannot be loaded; apt-get install libopenblas0-pthread (or libopenblas-dev): "
          + String(nullTerminated: message))
    }
    self.sgemm = sgemm
    report = EncoderReport.BLAS(
      path: withUnsafeBytes(of: library.path) { String(nullTerminated: $0) },
      version: withUnsafeBytes(of: library.configuration) { String(nullTerminated: $0) },
      core: withUnsafeBytes(of: library.core) { String(nullTerminated: $0) },
      threadCount: Int(library.threads), wasLoadedByHost: library.was_loaded != 0)
    blocking = Blocking(core: report.core)
  }

  /// The name of the kernels to ask for. Older versions do not know newer CPUs and fall back to
  /// kernels without AVX; where there is no AVX2 their own choice is as good.
  private static var kernels: String? {
    switch rag_cpu_detect() {
    case RAG_CPU_AVX512, RAG_CPU_AVX512VNNI: "SkylakeX"
    case RAG_CPU_AVX2: "Haswell"
    default: nil
    }
  }

  /// Rows to compute for `rows` rows of an `inner` x `columns` product, so that each row has the
  /// same bits whatever their number: whole blocks, and enough of them that the library does not
  /// take its separate path for products of at most 100^3.
  func paddedRowCount(_ rows: Int, inner: Int, columns: Int) -> Int {
    let least = max(rows, 1_000_000 / (inner * columns) + 1)
    return Self.rounded(least, to: blocking.rowUnit)
  }

  /// The first row at or after `row` at which a text may start.
  func textStart(after row: Int) -> Int { Self.rounded(row, to: blocking.placeUnit) }

  private static func rounded(_ count: Int, to unit: Int) -> Int {
    (count + unit - 1) / unit * unit
  }

  /// `output[rows, columns] = input[rows, inner] weights[inner, columns]`, on
  /// ``paddedRowCount(_:inner:columns:)`` rows, which both buffers must have.
  func multiply(
    _ input: UnsafePointer<Float>, by weights: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>, rows: Int, inner: Int, columns: Int
  ) {
    let padded = paddedRowCount(rows, inner: inner, columns: columns)
    multiply(
      rows: padded, columns: columns, inner: inner, input, stride: inner, weights,
      stride: columns, into: output, stride: columns)
  }

  /// `C[rows, columns] = scale A[rows, inner] op(B)`, where `op(B)` is `B[inner, columns]`, or the
  /// transpose of `B[columns, inner]`. Strides are the distances between rows.
  func multiply(
    rows: Int, columns: Int, inner: Int, scale: Float = 1, _ a: UnsafePointer<Float>,
    stride strideA: Int, _ b: UnsafePointer<Float>, stride strideB: Int,
    transposesB: Bool = false, into c: UnsafeMutablePointer<Float>, stride strideC: Int
  ) {
    // Sizes of a model and a batch, far below 2^31.
    sgemm(
      Int32(RAG_BLAS_ROW_MAJOR), Int32(RAG_BLAS_PLAIN),
      Int32(transposesB ? RAG_BLAS_TRANSPOSED : RAG_BLAS_PLAIN), Int32(rows), Int32(columns),
      Int32(inner), scale, a, Int32(strideA), b, Int32(strideB), 0, c, Int32(strideC))
  }
}

extension String {
  fileprivate init(nullTerminated bytes: some Sequence<CChar>) {
    self.init(nullTerminated: bytes.map { UInt8(bitPattern: $0) })
  }

  fileprivate init(nullTerminated bytes: some Sequence<UInt8>) {
    self.init(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

extension String? {
  fileprivate func withCString<Result>(
    orNil: Void, _ body: (UnsafePointer<CChar>?) -> Result
  ) -> Result {
    guard let self else { return body(nil) }
    return self.withCString(body)
  }
}
