import RAGCore

/// The sizes and choices of a transformer encoder, from its `config.json`.
package struct EncoderConfiguration: Sendable, Hashable {
  /// The function between the two feed-forward layers.
  package enum Activation: String, Sendable {
    /// With the error function, exactly.
    case gelu
    /// With the hyperbolic tangent.
    case geluTanh = "gelu_new"
    case relu
  }

  /// How distances between tokens share the rows of a table of attention biases (MPNet, T5).
  package struct RelativePositions: Sendable, Hashable {
    package var bucketCount: Int
    /// Distances from here on share the last bucket of their direction.
    package var maximumDistance: Int

    package init(bucketCount: Int, maximumDistance: Int) {
      self.bucketCount = bucketCount
      self.maximumDistance = maximumDistance
    }
  }

  package var family: EncoderFamily
  package var hiddenSize: Int
  package var headCount: Int
  package var layerCount: Int
  package var intermediateSize: Int
  package var vocabularySize: Int
  /// Positions that tokens may have; the table has ``positionOffset`` more rows before them.
  package var positionCount: Int
  /// The row of the position table for the first token. Where it is above 0, the row before it is
  /// that of the padding token, which is `positionOffset - 1` too.
  package var positionOffset: Int
  /// 0 where the model has no token types.
  package var tokenTypeCount: Int
  package var layerNormEpsilon: Float
  package var activation: Activation
  /// Nil where attention knows nothing of distances.
  package var relativePositions: RelativePositions?

  /// Rows of the position table that are of use: the padding token's, where there is one, and those
  /// of ``positionCount``.
  package var positionRowCount: Int { positionCount + min(positionOffset, 1) }
  package var headSize: Int { hiddenSize / headCount }
}

extension EncoderConfiguration {
  /// Reads `config.json`.
  ///
  /// - Throws: ``RAGError`` `unsupported` for another kind of model, `corrupt` for sizes that
  ///   cannot be.
  package init(path: String) throws {
    let json = try JSONValue.read(path)
    let family = try Self.family(of: json, path: path)
    self.family = family
    try Self.refuseVariants(in: json, path: path)

    func size(
      _ keys: [String], default fallback: Int? = nil, from least: Int = 1, atMost limit: Int
    ) throws -> Int {
      let stated = keys.lazy.compactMap { json[$0] }.first
      guard let value = stated == nil ? fallback : stated?.integer, (least...limit).contains(value)
      else {
        throw RAGError(
          .corrupt, "\(keys[0]) is not a number from \(least) to \(limit); fetch the model again",
          path: path)
      }
      return value
    }
    let isDistilled = family == .distilbert
    func keys(_ key: String, distilled: String) -> [String] {
      isDistilled ? [distilled, key] : [key]
    }
    hiddenSize = try size(keys("hidden_size", distilled: "dim"), atMost: 16_384)
    headCount = try size(keys("num_attention_heads", distilled: "n_heads"), atMost: 1_024)
    layerCount = try size(keys("num_hidden_layers", distilled: "n_layers"), atMost: 256)
    intermediateSize = try size(
      keys("intermediate_size", distilled: "hidden_dim"), atMost: 65_536)
    vocabularySize = try size(["vocab_size"], atMost: 4_000_000)
    guard hiddenSize.isMultiple(of: headCount) else {
      throw RAGError(
        .corrupt, "\(headCount) heads do not divide a hidden size of \(hiddenSize)", path: path)
    }
    switch family {
    case .bert, .distilbert: positionOffset = 0
    case .roberta, .xlmRoberta, .camembert:
      positionOffset = try size(["pad_token_id"], default: 1, from: 0, atMost: 65_534) + 1
    // Whatever its padding token.
    case .mpnet: positionOffset = 2
    }
    let rowCount = try size(["max_position_embeddings"], atMost: 65_536)
    positionCount = rowCount - positionOffset
    guard positionCount > 0 else {
      throw RAGError(
        .corrupt, "max_position_embeddings, \(rowCount), leaves no position for a token",
        path: path)
    }
    switch family {
    case .distilbert, .mpnet: tokenTypeCount = 0
    default: tokenTypeCount = try size(["type_vocab_size"], default: 2, atMost: 1_024)
    }
    relativePositions =
      family == .mpnet
      ? RelativePositions(
        bucketCount: try size(
          ["relative_attention_num_buckets"], default: 32, from: 4, atMost: 256),
        maximumDistance: 128) : nil
    let epsilon = isDistilled ? 1e-12 : json["layer_norm_eps"]?.number ?? 1e-12
    guard epsilon >= 0, epsilon < 1 else {
      throw RAGError(.corrupt, "layer_norm_eps is not from 0 to 1", path: path)
    }
    layerNormEpsilon = Float(epsilon)
    activation = try Self.activation(
      json[isDistilled ? "activation" : "hidden_act"]?.string ?? "gelu", path: path)
  }

  private static func unsupported(_ what: String, path: String) -> RAGError {
    RAGError(
      .unsupported,
      "\(what); encoders of the kinds \(EncoderFamily.allCases.map(\.rawValue).formatted) are"
        + " read, such as all-MiniLM-L6-v2", path: path)
  }

  private static func family(of json: JSONValue, path: String) throws -> EncoderFamily {
    let kind = json["model_type"]?.string ?? "of no kind"
    if let family = EncoderFamily(rawValue: kind) { return family }
    let reason = EncoderFamily.peculiarity(of: kind).map { " (\($0))" } ?? ""
    throw unsupported("the model is \(kind.prefix(40))\(reason)", path: path)
  }

  /// Refuses models that call themselves by a known name but compute something else.
  private static func refuseVariants(in json: JSONValue, path: String) throws {
    let positions = json["position_embedding_type"]?.string ?? "absolute"
    guard positions == "absolute" else {
      throw unsupported("its positions are \(positions.prefix(40))", path: path)
    }
    for key in ["is_decoder", "add_cross_attention", "is_encoder_decoder"]
    where json[key]?.bool == true {
      throw unsupported("\(key) is set", path: path)
    }
    for key in ["rotary_emb_base", "rotary_emb_fraction", "rope_theta", "rope_parameters"]
    where json[key] != nil && json[key]?.number != 0 {
      throw unsupported("its positions are rotary (\(key))", path: path)
    }
    if let kind = json["feed_forward_type"]?.string, kind != "original" {
      throw unsupported("its feed-forward layers are \(kind.prefix(40))", path: path)
    }
    if json["auto_map"]?["AutoModel"] != nil {
      throw unsupported("it computes with code of its own (auto_map)", path: path)
    }
  }

  private static func activation(_ name: String, path: String) throws -> Activation {
    switch name {
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast": return .geluTanh
    default:
      guard let activation = Activation(rawValue: name) else {
        throw unsupported("its activation is \(name.prefix(40).debugDescription)", path: path)
      }
      return activation
    }
  }
}

extension [String] {
  /// `a, b and c`.
  fileprivate var formatted: String {
    guard let last, count > 1 else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " and " + last
  }
}
