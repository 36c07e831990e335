import CRAGKernels
import Foundation

/// How an encoder computes on this machine, for `rag doctor`.
public struct EncoderReport: Sendable, Hashable {
  /// The matrix library, on CPUs that the engine has no kernels for.
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

  /// The numbers of the matrix products.
  public var precision: EncoderPrecision
  /// The instruction set of the engine's own kernels (`avx512-vnni`).
  public var kernelLevel: String
  /// What does the products instead of them; nil where they do.
  public var blas: BLAS?
  /// Threads that encode at a time.
  public var threadCount: Int
  /// Whether the weights were mapped from the cache as they are used; else they were packed.
  public var mapsWeights: Bool
}

extension EncoderReport {
  private static let maximumThreadCount = 256

  /// Describes a backend; nil takes as many threads as there are cores.
  init(_ backend: EncoderBackend, threadCount: Int?, mapsWeights: Bool) {
    self.init(
      precision: backend.precision,
      kernelLevel: String(cString: rag_cpu_level_name(backend.kernels.level)),
      blas: backend.report,
      threadCount: min(
        max(1, threadCount ?? ProcessInfo.processInfo.activeProcessorCount),
        Self.maximumThreadCount),
      mapsWeights: mapsWeights)
  }
}
