import RAGCore

/// The transformer of a model on this machine: from tokens to what a head makes of their states.
struct Transformer: Sendable {
  /// The last hidden states of one text: rows of `hiddenSize` values, `stride` apart.
  struct States {
    let start: UnsafePointer<Float>
    let stride: Int
    let count: Int
  }

  /// The SHA-256 of the weights.
  let weightsDigest: String
  private let forward: EncoderForward
  private let workspaces: WorkspacePool

  /// Whether the weights were mapped from the cache.
  var mapsWeights: Bool { forward.model.isMapped }
  /// The file that the weights are of, for errors.
  var weightsPath: String { forward.model.files.path }

  /// Packs weights, or maps them from the cache. `rehashes` reads them even where their digest is
  /// remembered.
  ///
  /// - Throws: As ``EncoderModel``.
  init(
    _ files: WeightFiles, _ configuration: EncoderConfiguration, _ backend: EncoderBackend,
    rehashes: Bool, cache: WeightCache
  ) throws {
    weightsDigest = files.digest(rehashes: rehashes)
    let model = try EncoderModel(
      files: files, digest: weightsDigest, configuration: configuration, form: backend.form,
      kernels: backend.kernels, cache: cache)
    forward = EncoderForward(model: model, kernels: backend.kernels, blas: backend.blas)
    workspaces = WorkspacePool(configuration)
  }

  /// What `head` makes of each text's states, in order, with at most `threadCount` threads. Texts
  /// have as many tokens as there are positions at most.
  ///
  /// - Throws: ``RAGError`` `cancelled`, `limitExceeded` where there is not so much memory, and
  ///   what `head` throws.
  func results<Result>(
    of batch: TokenRows, threadCount: Int, _ head: (States) throws -> Result
  ) async throws -> [Result] {
    guard batch.textCount > 0 else { return [] }
    let run = try EncodingRun(batch, forward, threadCount: threadCount, workspaces)
    defer { run.end(workspaces) }
    var results: [Result] = []
    results.reserveCapacity(batch.textCount)
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
      for text in pass.texts { results.append(try head(run.states(ofText: text, in: pass))) }
    }
    return results
  }

  /// The error for outputs that are no numbers.
  func noNumbers(_ what: String) -> RAGError {
    RAGError(
      .corrupt,
      "the weights give \(what) with values that are no numbers; fetch the model again"
        + " (tools/model)", path: weightsPath)
  }
}
