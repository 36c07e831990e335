import ArgumentParser
import Foundation
import RAG

/// How a language model is asked.
struct PromptingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      What the model is to do: answer, extract, compare or summarise, or a JSON file with the wording \
      (default: answer).
      """, valueName: "name"))
  var template: String?

  @Option(
    help: ArgumentHelp(
      """
      Show the model the examples of a file that are most like the question; a line is \
      {"question": …, "answer": …}.
      """, valueName: "file"))
  var examples: String?

  @Option(
    help: ArgumentHelp(
      """
      The conversation before the question, of which the model first makes a question that stands \
      alone; a line is {"role": "user" or "assistant", "text": …}.
      """, valueName: "file"))
  var history: String?

  @Option(
    help: ArgumentHelp(
      "Ask for JSON that conforms to the JSON Schema of a file.", valueName: "file"))
  var schema: String?

  @Flag(help: "Put a sign in the place of blanks in sources, so that they do not read as orders.")
  var datamark = false

  /// Whether anything is asked for that only a model can do.
  var isAsked: Bool { template != nil || examples != nil || history != nil || schema != nil }

  /// How to ask a question.
  func prompting(
    for question: String, encoder: (any Embedder)?, answerTokens: Int
  ) async throws -> Prompting {
    var prompting = Prompting(
      composer: PromptComposer(
        template: try choice(), reservedAnswerTokenCount: answerTokens, datamarksSources: datamark))
    if let examples {
      let all = try ExampleFile.read(examples)
      let selector =
        if let encoder {
          try await ExampleSelector(all, embedder: encoder)
        } else {
          ExampleSelector(all)
        }
      prompting.examples = try await selector.examples(for: question)
    }
    if let history { prompting.history = try ConversationFile.read(history) }
    return prompting
  }

  /// The schema that answers are to conform to.
  func jsonSchema() throws -> JSONSchema? { try schema.map { try JSONSchema.read($0) } }

  private func choice() throws -> TemplateChoice {
    guard let template else { return .builtIn(.answer) }
    if let builtIn = BuiltInTemplate(rawValue: template), ![.condense, .sql].contains(builtIn) {
      return .builtIn(builtIn)
    }
    guard template.contains("/") || template.contains(".") else {
      throw ValidationError(
        "--template is answer, extract, compare or summarise, or a JSON file, not '\(template)'")
    }
    return .given(try PromptTemplate.read(template))
  }
}
