import CRAGKernels
import RAGCore

/// A model from tokens to a vector: the transformer and the modules after it.
package struct EncoderNetwork: Sendable {
  let files: WeightFiles
  let head: EmbeddingHead
  private let forward: BERTForward
  private let workspaces: WorkspacePool

  /// The length of every vector.
  package var dimension: Int { head.dimension }

  /// Loads the weights of a model, whose vectors keep `dimensions` components; nil leaves it to
  /// the model.
  ///
  /// - Throws: ``RAGError`` `notFound` without weights, `unsupported` for those that are not read
  ///   or a missing OpenBLAS, `corrupt` for damage, `invalidInput` for impossible `dimensions`.
  package init(_ model: ModelDirectory, dimensions: Int? = nil) throws {
    files = try WeightFiles(directory: model.transformerPath)
    head = try EmbeddingHead(model, dimensions: dimensions)
    forward = BERTForward(
      weights: try BERTWeights(files: files, configuration: model.configuration),
      blas: try BLAS.shared(), level: rag_cpu_detect())
    workspaces = WorkspacePool(model.configuration)
  }

  /// The vectors of texts, in one pass. Texts are tokens of the vocabulary, special ones included,
  /// as many as there are positions at most. The first `promptTokenCount` of each, the special
  /// token at its start included, are a prompt's, which some models leave out of the pooling.
  ///
  /// - Throws: ``RAGError`` `cancelled`, or `corrupt` where the weights give what is no number.
  package func vectors(of texts: [[Int32]], promptTokenCount: Int = 0) throws -> [[Float]] {
    try workspaces.withWorkspace { workspace in
      try forward.withStates(of: texts, in: workspace) { states in
        try zip(texts, states).map { text, states in
          let vector = head.vector(of: states, count: text.count, promptCount: promptTokenCount)
          guard vector.allSatisfy(\.isFinite) else {
            throw RAGError(
              .corrupt,
              "the weights give a vector with values that are no numbers; fetch the model again"
                + " (tools/model)", path: files.path)
          }
          return vector
        }
      }
    }
  }
}
