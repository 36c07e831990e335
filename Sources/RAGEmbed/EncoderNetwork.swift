import RAGCore

/// A model from tokens to a vector: the transformer and the modules after it.
package struct EncoderNetwork: Sendable {
  let head: EmbeddingHead
  let transformer: Transformer

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
    let files = try WeightFiles(directory: model.transformer.path)
    head = try EmbeddingHead(model, dimensions: dimensions)
    transformer = try Transformer(
      files, model.configuration, backend, rehashes: rehashes, cache: cache)
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
    try await transformer.results(of: batch, threadCount: threadCount) { states in
      let vector = head.vector(
        of: states.start, stride: states.stride, count: states.count,
        promptCount: promptTokenCount)
      guard vector.allSatisfy(\.isFinite) else { throw transformer.noNumbers("a vector") }
      return vector
    }
  }
}
