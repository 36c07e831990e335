import RAGCore

/// The sizes and choices of a BERT encoder, from its `config.json`.
package struct BERTConfiguration: Sendable, Hashable {
  /// The function between the two feed-forward layers.
  package enum Activation: String, Sendable {
    /// With the error function, exactly.
    case gelu
    /// With the hyperbolic tangent.
    case geluTanh = "gelu_new"
    case relu
  }

  package var hiddenSize: Int
  package var headCount: Int
  package var layerCount: Int
  package var intermediateSize: Int
  package var vocabularySize: Int
  package var positionCount: Int
  package var tokenTypeCount: Int
  package var layerNormEpsilon: Float
  package var activation: Activation

  package var headSize: Int { hiddenSize / headCount }
}

extension BERTConfiguration {
  /// Reads `config.json`.
  ///
  /// - Throws: ``RAGError`` `unsupported` for another kind of model, `corrupt` for sizes that
  ///   cannot be.
  package init(path: String) throws {
    let json = try JSONValue.read(path)
    func unsupported(_ what: String) -> RAGError {
      RAGError(
        .unsupported, "\(what); this build reads BERT encoders such as all-MiniLM-L6-v2",
        path: path)
    }
    let kind = json["model_type"]?.string ?? "of no kind"
    guard kind == "bert" else { throw unsupported("the model is \(kind.prefix(40))") }
    let positions = json["position_embedding_type"]?.string ?? "absolute"
    guard positions == "absolute" else {
      throw unsupported("its positions are \(positions.prefix(40))")
    }
    for key in ["is_decoder", "add_cross_attention"] where json[key]?.bool == true {
      throw unsupported("\(key) is set")
    }
    activation = try Self.activation(json["hidden_act"]?.string ?? "gelu", unsupported)

    func size(_ key: String, default fallback: Int? = nil, atMost limit: Int) throws -> Int {
      guard let value = json[key]?.integer ?? fallback, (1...limit).contains(value) else {
        throw RAGError(
          .corrupt, "\(key) is not a number from 1 to \(limit); fetch the model again", path: path)
      }
      return value
    }
    hiddenSize = try size("hidden_size", atMost: 16_384)
    headCount = try size("num_attention_heads", atMost: 1_024)
    layerCount = try size("num_hidden_layers", atMost: 256)
    intermediateSize = try size("intermediate_size", atMost: 65_536)
    vocabularySize = try size("vocab_size", atMost: 4_000_000)
    positionCount = try size("max_position_embeddings", atMost: 65_536)
    tokenTypeCount = try size("type_vocab_size", default: 2, atMost: 1_024)
    guard hiddenSize.isMultiple(of: headCount) else {
      throw RAGError(
        .corrupt, "\(headCount) heads do not divide a hidden size of \(hiddenSize)", path: path)
    }
    let epsilon = json["layer_norm_eps"]?.number ?? 1e-12
    guard epsilon >= 0, epsilon < 1 else {
      throw RAGError(.corrupt, "layer_norm_eps is not from 0 to 1", path: path)
    }
    layerNormEpsilon = Float(epsilon)
  }

  private static func activation(
    _ name: String, _ unsupported: (String) -> RAGError
  ) throws -> Activation {
    switch name {
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast": return .geluTanh
    default:
      guard let activation = Activation(rawValue: name) else {
        throw unsupported("its activation is \(name.prefix(40).debugDescription)")
      }
      return activation
    }
  }
}
