/// The kinds of transformer encoder that are read. They share one forward pass, and differ in the
/// names of their settings and tensors, in how positions are counted, and in what is added to the
/// word embeddings.
package enum EncoderFamily: String, Sendable, Hashable, CaseIterable {
  case bert
  case roberta
  case xlmRoberta = "xlm-roberta"
  case camembert
  /// Without token types.
  case distilbert
  /// Without token types, and with a bias of the attention for each distance between tokens.
  case mpnet

  /// What a `model_type` that is not read computes otherwise, for errors.
  static func peculiarity(of kind: String) -> String? {
    switch kind {
    case "nomic_bert": "it has rotary positions and SwiGLU layers"
    case "modernbert", "eurobert", "neobert", "new", "gte": "it has rotary positions"
    case "deberta", "deberta-v2": "it has disentangled attention"
    case "albert": "its layers share their weights"
    case "electra": "it projects its embeddings"
    case "xlnet", "t5", "bart", "mbart", "gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma",
      "gemma2", "gemma3_text", "phi3":
      "it is, or has, a decoder"
    case "xlm-roberta-xl", "roberta-prelayernorm": "it normalises before its layers"
    default: nil
    }
  }
}
