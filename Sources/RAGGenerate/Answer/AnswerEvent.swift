public import RAGRetrieve

/// A step of an answer on its way.
public enum AnswerEvent: Sendable, Hashable {
  /// The hits that the answer may cite, by position from 1. Always first, once.
  case sources([Hit])
  /// The next piece of the text. The pieces joined are the text of the finished answer.
  case text(String)
  /// A citation of the text, verified as far as its status says; after all text, in its order.
  case citation(Citation)
  /// The whole answer. Always last, once.
  case finished(Answer)
}
