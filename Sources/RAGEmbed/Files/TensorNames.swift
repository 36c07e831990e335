import RAGCore

/// What the tensors of an encoder are called in its weights.
package struct TensorNames: Sendable {
  /// The names of one layer's parts; `.weight` and `.bias` are added to each.
  package struct Layer: Sendable {
    package let query: String
    package let key: String
    package let value: String
    package let attentionOutput: String
    package let attentionNorm: String
    package let up: String
    package let down: String
    package let outputNorm: String
  }

  package let wordEmbeddings: String
  package let positionEmbeddings: String
  /// Nil where the model has no token types.
  package let tokenTypeEmbeddings: String?
  /// `.weight` and `.bias` are added.
  package let embeddingNorm: String
  /// `[buckets, heads]`, shared by all layers; nil where there is none.
  package let relativeAttentionBias: String?
  private let family: EncoderFamily
  private let prefix: String

  /// The names in the given weights, which may all begin alike: `bert.` where the model was saved
  /// with a head, `0.auto_model.` where it was saved by sentence-transformers as a whole.
  ///
  /// - Throws: ``RAGError`` `corrupt` where there are no word embeddings, `unsupported` where
  ///   there are those of several encoders.
  package init(_ family: EncoderFamily, in weights: WeightFiles) throws {
    let marker = "embeddings.word_embeddings.weight"
    let prefixes = weights.names.lazy.filter { $0.hasSuffix(marker) }
      .map { String($0.dropLast(marker.count)) }
      .filter { $0.isEmpty || $0.hasSuffix(".") }.sorted()
    guard let prefix = prefixes.first else {
      throw RAGError(
        .corrupt, "lacks the tensor \(marker); fetch the model again (tools/model)",
        path: weights.path)
    }
    guard prefixes.count == 1 else {
      let first = prefixes.prefix(2).map { String($0.prefix(60)).debugDescription }
      throw RAGError(
        .unsupported,
        "holds several encoders, under \(first.joined(separator: " and ")); save one by itself",
        path: weights.path)
    }
    self.init(family, prefix: prefix)
  }

  /// The names of a sequence classifier's two layers after the transformer; `.weight` and `.bias`
  /// are added to each.
  var classifier: (dense: String, output: String) {
    // The transformer is a member (`bert.`) of the model that has the classifier.
    let owner = prefix.split(separator: ".").dropLast().map { $0 + "." }.joined()
    return switch family {
    case .bert: (prefix + "pooler.dense", owner + "classifier")
    case .roberta, .xlmRoberta, .camembert, .mpnet:
      (owner + "classifier.dense", owner + "classifier.out_proj")
    case .distilbert: (owner + "pre_classifier", owner + "classifier")
    }
  }

  /// The names with `prefix` before each.
  package init(_ family: EncoderFamily, prefix: String) {
    self.family = family
    self.prefix = prefix
    let embeddings = prefix + "embeddings."
    wordEmbeddings = embeddings + "word_embeddings.weight"
    positionEmbeddings = embeddings + "position_embeddings.weight"
    embeddingNorm = embeddings + "LayerNorm"
    switch family {
    case .distilbert, .mpnet: tokenTypeEmbeddings = nil
    default: tokenTypeEmbeddings = embeddings + "token_type_embeddings.weight"
    }
    relativeAttentionBias =
      family == .mpnet ? prefix + "encoder.relative_attention_bias.weight" : nil
  }

  /// The names of a layer, counted from 0.
  package func layer(_ index: Int) -> Layer {
    switch family {
    case .bert, .roberta, .xlmRoberta, .camembert:
      let layer = "\(prefix)encoder.layer.\(index)."
      return Layer(
        query: layer + "attention.self.query", key: layer + "attention.self.key",
        value: layer + "attention.self.value",
        attentionOutput: layer + "attention.output.dense",
        attentionNorm: layer + "attention.output.LayerNorm", up: layer + "intermediate.dense",
        down: layer + "output.dense", outputNorm: layer + "output.LayerNorm")
    case .mpnet:
      let layer = "\(prefix)encoder.layer.\(index)."
      return Layer(
        query: layer + "attention.attn.q", key: layer + "attention.attn.k",
        value: layer + "attention.attn.v", attentionOutput: layer + "attention.attn.o",
        attentionNorm: layer + "attention.LayerNorm", up: layer + "intermediate.dense",
        down: layer + "output.dense", outputNorm: layer + "output.LayerNorm")
    case .distilbert:
      let layer = "\(prefix)transformer.layer.\(index)."
      return Layer(
        query: layer + "attention.q_lin", key: layer + "attention.k_lin",
        value: layer + "attention.v_lin", attentionOutput: layer + "attention.out_lin",
        attentionNorm: layer + "sa_layer_norm", up: layer + "ffn.lin1", down: layer + "ffn.lin2",
        outputNorm: layer + "output_layer_norm")
    }
  }
}
