import COpenBLAS
import CRAGKernels
import RAGCore

/// Matrix products by OpenBLAS, loaded once per process with the right kernels for this CPU.
struct BLAS: Sendable {
  let report: EncoderReport.BLAS
  private let sgemm: rag_sgemm
  /// Rows of a product are computed alike when their number is a multiple of this: a smaller last
  /// block is summed in another order. A multiple of the block sizes that there are.
  private let rowUnit = 48

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
  private func paddedRowCount(_ rows: Int, inner: Int, columns: Int) -> Int {
    let least = max(rows, 1_000_000 / (inner * columns) + 1)
    return (least + rowUnit - 1) / rowUnit * rowUnit
  }

  /// The most rows to compute for `rows` rows of any product of an encoder.
  func paddedRowCount(_ rows: Int, _ configuration: EncoderConfiguration) -> Int {
    let hidden = configuration.hiddenSize
    let intermediate = configuration.intermediateSize
    return [(hidden, 3 * hidden), (hidden, hidden), (hidden, intermediate), (intermediate, hidden)]
      .map { paddedRowCount(rows, inner: $0, columns: EncoderWeights.padded($1)) }.max() ?? rows
  }

  /// `output[rows, columns] = input[rows, inner] weights[inner, columns]`, on as many rows as
  /// ``paddedRowCount(_:_:)`` says, which both buffers must have. Strides are the distances between
  /// rows.
  func multiply(
    _ input: UnsafePointer<Float>, stride: Int, by weights: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>, stride outputStride: Int, rows: Int, inner: Int,
    columns: Int
  ) {
    // Sizes of a model and a text, far below 2^31.
    let padded = Int32(paddedRowCount(rows, inner: inner, columns: columns))
    sgemm(
      Int32(RAG_BLAS_ROW_MAJOR), Int32(RAG_BLAS_PLAIN), Int32(RAG_BLAS_PLAIN), padded,
      Int32(columns), Int32(inner), 1, input, Int32(stride), weights, Int32(columns), 0, output,
      Int32(outputStride))
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
