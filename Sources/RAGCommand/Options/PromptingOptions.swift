import ArgumentParser
import Foundation
import RAG

/// How a language model is asked.
struct PromptingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      What the model is to do: answer, extract, compare or summarise, or a JSON file with the wording \
      (default: answer). To summarise, it reads the document with the best passage from its \
      beginning, as far as there is room.
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
      """
      Ask for JSON that conforms to the JSON Schema of a file; the model may say in its place that \
      the documents do not hold the answer.
      """, valueName: "file"))
  var schema: String?

  @Option(
    help: ArgumentHelp(
      """
      Where the best passages stand in the prompt: rank, the best first, or edges, the best at both \
      ends, as models read the middle of long prompts with least care.
      """, valueName: "order"))
  var sourceOrder = PromptComposer.SourceOrder.rank

  @Flag(help: "Put a sign in the place of blanks in sources, so that they do not read as orders.")
  var datamark = false

  /// Whether anything is asked for that only a model can do.
  var isAsked: Bool { template != nil || examples != nil || history != nil || schema != nil }

  /// Whether the prompt is to be written otherwise than by default.
  var isShaped: Bool { datamark || sourceOrder != .rank }

  /// How to ask, without examples, which depend on the question.
  func prompting(answerTokens: Int) throws -> Prompting {
    Prompting(
      composer: PromptComposer(
        template: try choice(), sourceOrder: sourceOrder, reservedAnswerTokenCount: answerTokens,
        datamarksSources: datamark),
      history: try history.map { try ConversationFile.read($0) } ?? [])
  }

  /// What chooses the examples for a question.
  func exampleSelector(encoder: (any Embedder)?) async throws -> ExampleSelector? {
    guard let examples else { return nil }
    let all = try ExampleFile.read(examples)
    guard let encoder else { return ExampleSelector(all) }
    return try await ExampleSelector(all, embedder: encoder)
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
