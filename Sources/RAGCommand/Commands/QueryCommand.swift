import ArgumentParser
import RAG

/// `rag query`
struct QueryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Answer a question with citations, then show the passages found.",
    discussion: """
      Without a language model the answer is made of sentences of the documents themselves. Every \
      citation is checked against its source before it is shown. Ends with status 1 when nothing \
      was found, or the documents do not hold the answer.

      The evidence of a passage tells how probable it is that the passage answers the question, from \
      0 to 1, and means the same for every question; --min-score leaves out what has less. It rests \
      on words in common most of all: what is near in meaning alone has 0.13 at most. It was set \
      with the standard encoder; measure with 'rag eval --abstention' what suits another, and your \
      documents. Passages are ranked by another score, that of the mode or the reranker, which \
      compares them with each other: one may stand below another with less evidence. --explain shows \
      it, and in JSON it is 'score'.

      With --json the output is one object with query, mode, hits, answer and bestEvidence, and with \
      --reflect 'reflection', its steps; with --stream it is \
      JSON lines as they come: {"event": "sources" | "text" | "citation" | "finished", …}. Of a \
      span, 'utf8' are byte offsets [start, end) in the source, 'characters' those of Unicode \
      scalars, of which a byte-order mark is none, 'lines' the first and the last line, from 1. Of \
      a citation, 'statement' and 'marker' are byte offsets in the UTF-8 of the answer's text.

      With --schema the output is the JSON that the model wrote, without citations; with --json, one \
      object with query, mode, hits and, in place of the answer, 'structured' with 'value', \
      'abstained' and the 'attempts' with what was wrong with each. Ends with status 2 when the \
      model wrote nothing that conforms.

      --hits-only, --stream, --reflect and --schema exclude each other, and --stream excludes --json.

      EXAMPLES:
        rag query "when does the lease end?"
        rag query "error 7012" --mode lexical --hits-only -k 3
        rag query "when does the lease end?" --min-score 0.25
        rag query "budget" --where 'year >= 2024 and path prefix "notes/"'
        rag query "what changed?" --model-command 'ollama run llama3.2'
        rag query "what changed?" --template compare --model-command 'ollama run llama3.2'
        rag query "who signed?" --schema answer.schema.json --model-command 'ollama run llama3.2'
        rag query "budget" --json | jq -r '.hits[].document.path'
      """)

  @Argument(help: "The question, or keywords; several words need no quotes.")
  var question: [String]

  @Flag(help: "Show the passages only, without an answer.")
  var hitsOnly = false

  @Flag(help: "Write JSON lines as the answer comes.")
  var stream = false

  @Flag(
    help: ArgumentHelp(
      """
      Have the answer corrected: where passages answer too little, the model rewords the question to \
      find others, and where a statement has no source that says so, it is asked once more. Each \
      call is told.
      """))
  var reflect = false

  @Flag(help: "Show what each lane said of each passage, and what the vector search did.")
  var explain = false

  @OptionGroup var search: SearchOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var prompting: PromptingOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    let kinds = [hitsOnly, stream, reflect, prompting.schema != nil]
    guard kinds.count(where: \.self) <= 1 else {
      throw ValidationError("Choose one of --hits-only, --stream, --reflect and --schema")
    }
    guard !hitsOnly || !(prompting.isAsked || prompting.isShaped) else {
      throw ValidationError(
        "--hits-only asks no model; --template, --examples, --history, --datamark and --source-order "
          + "are for one")
    }
    guard !stream || !output.json else { throw ValidationError("--stream writes JSON already") }
  }

  func run() async throws {
    var query = try search.query(question.joined(separator: " "), explains: explain)
    let engine = try await search.open()
    defer { Messages.warn(of: engine.damage) }
    if hitsOnly { return try await showHits(query, engine) }
    let backend = try model.backend()
    if backend == nil, reflect || prompting.isAsked {
      throw ValidationError(
        "that needs a language model; name one with --model-command or RAG_MODEL_COMMAND")
    }
    let schema = try prompting.jsonSchema()
    let selector = try await prompting.exampleSelector(encoder: engine.encoder)
    var prompting = try prompting.prompting(answerTokens: model.reservedAnswerTokens)
    if let backend, !prompting.history.isEmpty {
      query.text = try await condensed(query.text, prompting.history, backend)
    }
    prompting.examples = try await selector?.examples(for: query.text) ?? []
    let vectorSearch = try await explanation(of: query, engine)
    let answering = Answering(
      query: query, engine: engine, backend: backend, prompting: prompting, output: output)
    if stream {
      try await answering.stream()
    } else if reflect, let backend {
      try await answering.showReflected(backend)
    } else if let schema, let backend {
      try await answering.showStructured(schema, backend)
    } else {
      try await answering.show(vectorSearch)
    }
  }

  /// The question so that it stands without the conversation before it.
  private func condensed(
    _ question: String, _ history: [ConversationTurn], _ backend: any ModelBackend
  ) async throws -> String {
    let condensed = try await HistoryCondenser(backend).condense(question, after: history)
    switch condensed.origin {
    case .model: Messages.note("the question is taken as: " + Printable.line(condensed.text))
    case .unusableReply(let reason):
      Messages.note("the question is taken as it stands: \(reason)")
    case .noHistory: break
    }
    return condensed.text
  }

  /// What the vector lane does, where that was asked for.
  private func explanation(of query: Query, _ engine: Engine) async throws -> VectorLaneReport? {
    guard explain, let report = try await engine.explain(query) else { return nil }
    Messages.note(
      "vector search: \(report.plan), \(report.distances) distances, "
        + "\(report.hops) hops, \(report.reranked) ranked again")
    return report
  }

  private func showHits(_ query: Query, _ engine: Engine) async throws {
    let vectorSearch = try await explanation(of: query, engine)
    let found = Found(hits: try await engine.search(query), query: query)
    let best = try await found.bestEvidence(engine)
    try StandardOutput.write(
      output.json
        ? JSON.document(
          QueryReport(
            query, hits: found.hits, bestEvidence: best, vectorSearch: vectorSearch))
        : HitView(try output.output()).text(found.hits))
    if found.hits.isEmpty { try await found.noteNothing(best: best, in: engine) }
    if found.hits.isEmpty { throw EndCommand(.nothingFound) }
  }
}
