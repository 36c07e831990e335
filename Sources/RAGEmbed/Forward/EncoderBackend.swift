package import CRAGKernels
import RAGCore

/// What computes on this CPU: the engine's own kernels and, for Float32 products where there are
/// none for it, OpenBLAS.
package struct EncoderBackend: Sendable {
  let kernels: rag_encoder_kernels
  let blas: BLAS?
  let precision: EncoderPrecision
  let form: WeightForm

  /// What OpenBLAS says of itself, where it is used.
  package var report: EncoderReport.BLAS? { blas?.report }

  /// The best for this CPU, or those of a level that it supports.
  ///
  /// - Throws: ``RAGError`` `unsupported` where OpenBLAS is needed and not installed.
  package init(_ precision: EncoderPrecision, level: rag_cpu_level = rag_cpu_detect()) throws {
    kernels = rag_encoder_kernels_at(level)
    let usesLibrary = precision == .float32 && kernels.level == RAG_CPU_SCALAR
    self.precision = precision
    blas = usesLibrary ? try BLAS.shared() : nil
    form = precision == .int8 ? .bytes : usesLibrary ? .columns : .panels
  }
}
