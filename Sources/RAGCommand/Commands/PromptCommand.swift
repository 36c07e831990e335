import ArgumentParser
import RAG

/// `rag prompt`
struct PromptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompt",
    abstract: "Show what a language model would be sent, and what its tokens go to.",
    discussion: """
      The prompt goes to standard output, as a --model-command would read it; the accounts go to \
      standard error. No model is asked, so the question is searched for as it stands, whatever \
      --history says. Sources stand between marks with a random number, which is another each time. \
      Tokens are counted exactly with --tokenizer, else estimated from above; where something would \
      then find no room, a service that counts is asked. 16 are added for what a chat template puts around the prompt; \
      --context-tokens says how many there is room for. With --json the output is one object with \
      the prompt, its sources and its accounts.

      EXAMPLES:
        rag prompt "when does the lease end?" | less
        rag prompt "what changed?" --template compare -k 5 --json | jq .prompt.accounts
        rag prompt "who signed?" --schema answer.schema.json --examples examples.jsonl
      """)

  @Argument(help: "The question; several words need no quotes.")
  var question: [String]

  @OptionGroup var search: SearchOptions
  @OptionGroup var prompting: PromptingOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let query = try search.query(question.joined(separator: " "))
    let engine = try await search.open()
    let schema = try prompting.jsonSchema()
    let selector = try await prompting.exampleSelector(encoder: engine.encoder)
    var prompting = try prompting.prompting(answerTokens: model.reservedAnswerTokens)
    prompting.examples = try await selector?.examples(for: query.text) ?? []
    let hits = try await engine.sources(for: query, prompting: prompting)
    let material = prompting.material(query.text, from: hits, schema: schema)
    let composed =
      if let backend = try model.backend() {
        try await prompting.composer.composeCounted(material, for: backend)
      } else {
        try prompting.composer.compose(
          material, contextTokenCount: model.contextTokens, tokenCounter: model.tokenCounter())
      }
    if output.json {
      try StandardOutput.write(JSON.document(QueryReport(query, hits: hits, prompt: composed)))
    } else {
      try StandardOutput.write(CommandBackend.input(for: composed.prompt) + "\n")
      Messages.note(Self.summary(of: composed))
      if let problem = composed.accounts.countProblem {
        Messages.note("tokens are estimated: the service did not count them: " + problem)
      }
    }
    if hits.isEmpty {
      Messages.note("nothing found")
      throw EndCommand(.nothingFound)
    }
  }

  /// The accounts in a line.
  private static func summary(of prompt: ComposedPrompt) -> String {
    let accounts = prompt.accounts
    var parts = ["rules \(accounts.rules)"]
    for (name, counts, omitted) in [
      ("history", accounts.history, prompt.omittedTurnCount),
      ("examples", accounts.examples, prompt.omittedExampleCount),
      ("sources", accounts.sources, prompt.omittedSourceCount),
    ] where !counts.isEmpty || omitted > 0 {
      let left = omitted > 0 ? ", \(omitted) left out" : ""
      parts.append("\(name) \(counts.reduce(0, +)) (\(counts.count)\(left))")
    }
    parts.append("question \(accounts.question)")
    return
      "template \(prompt.template.name) \(prompt.template.version) (\(prompt.template.language.rawValue)); "
      + "\(accounts.isExact ? "" : "at most ")\(prompt.tokenCount) of \(prompt.contextTokenCount) "
      + "tokens: \(parts.joined(separator: ", ")); answer \(accounts.reservedAnswer), "
      + "free \(accounts.free)"
  }
}
