/// How token vectors become one vector; the names are those of sentence-transformers.
package enum PoolingMode: String, Sendable, Hashable, CaseIterable {
  // In the order in which the old keys join several.

  /// The vector of the first token.
  case cls
  /// The largest value of each component.
  case max
  case mean
  /// The sum by the square root of the number of tokens.
  case meanBySquareRoot = "mean_sqrt_len_tokens"
  /// The mean with the places of the tokens, from 1, as weights.
  case weightedMean = "weightedmean"
  /// The vector of the last token.
  case lastToken = "lasttoken"

  /// The key that says so in older files.
  var oldKey: String {
    switch self {
    case .cls: "pooling_mode_cls_token"
    case .max: "pooling_mode_max_tokens"
    case .mean: "pooling_mode_mean_tokens"
    case .meanBySquareRoot: "pooling_mode_mean_sqrt_len_tokens"
    case .weightedMean: "pooling_mode_weightedmean_tokens"
    case .lastToken: "pooling_mode_lasttoken"
    }
  }
}
