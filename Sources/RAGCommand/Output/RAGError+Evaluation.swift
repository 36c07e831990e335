import RAG

extension RAGError {
  /// Whether a model failed to answer one question, which an evaluation counts and goes on.
  var meansNoAnswer: Bool { code == .backend || code == .limitExceeded || code == .io }
}
