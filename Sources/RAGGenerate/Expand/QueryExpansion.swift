/// How a model helps to find what answers a question.
public enum QueryExpansion: Sendable, Hashable {
  /// So many other wordings of the question are searched too, and the lists fused by reciprocal
  /// rank (Cormack, Clarke & Büttcher 2009).
  case rewordings(Int)
  /// The vector lane searches with the mean of the question's vector and that of a passage that
  /// the model imagines as its answer (Gao et al. 2022, "Precise Zero-Shot Dense Retrieval without
  /// Relevance Labels").
  case imaginedPassage
}
