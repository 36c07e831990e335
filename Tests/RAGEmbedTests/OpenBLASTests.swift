import CRAGKernels
import Foundation
import RAGCore
import RAGEmbed
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The library is loaded once per process, so each of these runs in one of its own.
@Suite("OpenBLAS")
struct OpenBLASTests {
  @Test("with other kernels gives a text the same bits in every batch")
  func otherKernels() async {
    await #expect(processExitsWith: .success) {
      setenv("OPENBLAS_CORETYPE", "Haswell", 1)
      try await OpenBLASTests.checkInvariance()
    }
    await #expect(processExitsWith: .success) {
      setenv("OPENBLAS_CORETYPE", "Prescott", 1)
      try await OpenBLASTests.checkInvariance()
    }
  }

  /// What a CPU gets that the engine has no kernels for.
  private static func library() throws -> EncoderBackend {
    try EncoderBackend(.float32, level: RAG_CPU_SCALAR)
  }

  private static func report() throws -> EncoderReport.BLAS {
    try #require(try library().report)
  }

  private static func checkInvariance() async throws {
    try await withTemporaryDirectory { path in
      try TinyModel(seed: 5).write(to: path)
      let encoder = try BERTEncoder(
        directory: path, options: .init(threadCount: 2), library(),
        cache: .init(directory: nil))
      #expect(encoder.report.blas != nil)
      let texts = (0..<150).map { index in
        Array(repeating: ["fox", "the dog", "a b"][index % 3], count: index % 8).joined(
          separator: " ")
      }
      let together = try await encoder.embed(texts, as: .passage)
      var alone: [[Float]] = []
      for text in texts { alone += try await encoder.embed([text], as: .passage) }
      #expect(zip(alone, together).filter { $0 != $1 }.isEmpty)
    }
  }

  @Test("takes the kernels that the user names, and leaves the environment as it was")
  func environment() async {
    await #expect(processExitsWith: .success) {
      setenv("OPENBLAS_CORETYPE", "Nehalem", 1)
      let report = try OpenBLASTests.report()
      #expect(report.core == "Nehalem" || report.core.hasPrefix("arm"))
      #expect(String(cString: getenv("OPENBLAS_CORETYPE")) == "Nehalem")
    }
    await #expect(processExitsWith: .success) {
      unsetenv("OPENBLAS_CORETYPE")
      let report = try OpenBLASTests.report()
      #expect(getenv("OPENBLAS_CORETYPE") == nil && getenv("OPENBLAS_NUM_THREADS") == nil)
      #expect(!report.wasLoadedByHost && report.threadCount == 1)
    }
  }

  @Test("that the host loaded before is used as it is")
  func host() async {
    await #expect(processExitsWith: .success) {
      setenv("OPENBLAS_NUM_THREADS", "2", 1)
      #expect(dlopen("libopenblas.so.0", RTLD_NOW) != nil)
      let report = try OpenBLASTests.report()
      #expect(report.wasLoadedByHost)
    }
  }
}
