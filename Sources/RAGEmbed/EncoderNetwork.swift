import CRAGKernels
import RAGCore

/// A model from tokens to a vector: the transformer and the modules after it.
package struct EncoderNetwork: Sendable {
  let head: EmbeddingHead
  let forward: EncoderForward
  /// The SHA-256 of the weights.
  let weightsDigest: String
  private let workspaces: WorkspacePool

  /// The length of every vector.
  package var dimension: Int { head.dimension }

  /// Loads the weights of a model, whose vectors keep `dimensions` components; nil leaves it to
  /// the model. `rehashes` reads them even where their digest is remembered.
  ///
  /// - Throws: ``RAGError`` `notFound` without weights, `unsupported` for those that are not read
  ///   or a missing OpenBLAS, `corrupt` for damage, `invalidInput` for impossible `dimensions`,
  ///   `limitExceeded` where there is not so much memory.
  package init(
    _ model: ModelDirectory, dimensions: Int? = nil, _ backend: EncoderBackend,
    rehashes: Bool = false, cache: WeightCache = .init()
  ) throws {
    let files = try WeightFiles(directory: model.transformerPath)
    head = try EmbeddingHead(model, dimensions: dimensions)
    weightsDigest = files.digest(rehashes: rehashes)
    let encoder = try EncoderModel(
      files: files, digest: weightsDigest, configuration: model.configuration,
      form: backend.form, kernels: backend.kernels, cache: cache)
    forward = EncoderForward(model: encoder, kernels: backend.kernels, blas: backend.blas)
    workspaces = WorkspacePool(model.configuration)
  }

  /// The vectors of texts, made by at most `threadCount` threads. The first `promptTokenCount`
  /// tokens of each, the special token at its start included, are a prompt's, which some models
  /// leave out of the pooling. Texts have as many tokens as there are positions at most.
  ///
  /// - Throws: ``RAGError`` `cancelled`, `corrupt` where the weights give what is no number, or
  ///   `limitExceeded` where there is not so much memory.
  package func vectors(
    of batch: TokenRows, promptTokenCount: Int = 0, threadCount: Int = 1
  ) async throws -> [[Float]] {
    guard batch.textCount > 0 else { return [] }
    let run = try EncodingRun(batch, forward, threadCount: threadCount, workspaces)
    defer { run.end(workspaces) }
    var vectors: [[Float]] = []
    vectors.reserveCapacity(batch.textCount)
    for (index, pass) in run.passes.enumerated() {
      // Lets other tasks have the threads between passes.
      if index > 0 { await Task.yield() }
      try await withThrowingTaskGroup(of: Void.self) { helpers in
        let team = Team()
        for worker in 1..<max(1, min(threadCount, pass.units.count)) {
          helpers.addTask { run.help(pass, team, worker: worker) }
        }
        try run.lead(pass, team)
      }
      for text in pass.texts {
        let states = run.states(ofText: text, in: pass)
        let vector = head.vector(
          of: states.start, stride: states.stride, count: batch.rows(ofText: text).count,
          promptCount: promptTokenCount)
        guard vector.allSatisfy(\.isFinite) else {
          throw RAGError(
            .corrupt,
            "the weights give a vector with values that are no numbers; fetch the model again"
              + " (tools/model)", path: forward.model.files.path)
        }
        vectors.append(vector)
      }
    }
    return vectors
  }
}
