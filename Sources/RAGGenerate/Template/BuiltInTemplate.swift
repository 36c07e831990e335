import RAGRetrieve

/// A template of the engine's own, in every ``PromptLanguage``.
public enum BuiltInTemplate: String, Sendable, Hashable, Codable, CaseIterable {
  /// Answers a question from the sources, with citations.
  case answer
  /// Lists every fact that the question asks for, each with its citation.
  case extract
  /// Says in what the things that the question names are alike and in what they differ.
  case compare
  /// Sums up the sources, which are parts of one document in their order; the question, if any,
  /// says on what to lay weight.
  case summarise
  /// Rewrites the last question of a conversation so that it stands alone.
  case condense
  /// Writes an SQLite query that answers the question, from the part of a schema.
  case sql

  /// The template in a language.
  public func template(in language: PromptLanguage) -> PromptTemplate {
    template(in: language, asJSON: false)
  }

  func template(in language: PromptLanguage, asJSON: Bool) -> PromptTemplate {
    switch language {
    case .english: english(asJSON: asJSON)
    case .chinese: chinese(asJSON: asJSON)
    }
  }
}

/// What a composer takes its wording from.
public enum TemplateChoice: Sendable, Hashable {
  /// A template of the engine's own, in the language of the question; without a question, in that
  /// of the first source.
  case builtIn(BuiltInTemplate)
  /// Any template.
  case given(PromptTemplate)

  /// Whether the sources are to be the parts of one document, in their order.
  package var readsDocument: Bool { self == .builtIn(.summarise) }

  /// The template for a question and its material.
  func template(for material: PromptMaterial) -> PromptTemplate {
    template(
      forText: material.hasQuestion ? material.question : material.hits.first?.text ?? "",
      asJSON: material.schema != nil)
  }

  /// The template in the language of a text, where it has a choice.
  package func template(forText text: String, asJSON: Bool = false) -> PromptTemplate {
    switch self {
    case .given(let template): template
    case .builtIn(let builtIn): builtIn.template(in: PromptLanguage(of: text), asJSON: asJSON)
    }
  }
}
