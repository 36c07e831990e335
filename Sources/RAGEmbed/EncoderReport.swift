import CRAGKernels
import Foundation

/// How the encoder computes on this machine, for `rag doctor`.
public struct EncoderReport: Sendable, Hashable {
  /// The matrix library.
  public struct BLAS: Sendable, Hashable {
    /// The file it was loaded from.
    public var path: String
    /// Its own words on version and build.
    public var version: String
    /// What it calls the kernels that it uses (`SkylakeX`); `Prescott` on a CPU with AVX2 is
    /// several times slower than need be.
    public var core: String
    /// Threads that one product may use; 1 unless the host set another.
    public var threadCount: Int
    /// Whether the host had loaded the library before, so that its kernels and threads are the
    /// host's choice.
    public var wasLoadedByHost: Bool
  }

  /// The matrix library.
  public var blas: BLAS
  /// The instruction set of the engine's own kernels (`avx512-vnni`).
  public var kernelLevel: String
  /// Threads that encode at a time.
  public var threadCount: Int

  /// How an encoder computes that is asked for `threadCount` threads, by default one a core.
  ///
  /// - Throws: ``RAGError`` `unsupported` where OpenBLAS is not installed.
  public static func current(threadCount: Int? = nil) throws -> EncoderReport {
    EncoderReport(
      blas: try RAGEmbed.BLAS.shared().report,
      kernelLevel: String(cString: rag_cpu_level_name(rag_cpu_detect())),
      threadCount: max(1, threadCount ?? ProcessInfo.processInfo.activeProcessorCount))
  }
}
