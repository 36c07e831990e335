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

      The score of a passage tells how probable it is that the passage answers the question, from 0 \
      to 1, and means the same for every question; --min-score leaves out those below. It was set \
      with the standard encoder; measure with 'rag eval --abstention' what suits another, and your \
      documents. In JSON it is 'evidence', and 'score' what passages are ranked by.

      With --json the output is one object with query, mode, hits and answer; with --stream it is \
      JSON lines as they come: {"event": "sources" | "text" | "citation" | "finished", …}. Of a \
      span, 'utf8' are byte offsets [start, end) in the source, 'characters' those of Unicode \
      scalars, 'lines' the first and the last line, from 1.

      EXAMPLES:
        rag query "when does the lease end?"
        rag query "error 7012" --mode lexical --hits-only -k 3
        rag query "when does the lease end?" --min-score 0.25
        rag query "budget" --where 'year >= 2024 and path prefix "notes/"'
        rag query "what changed?" --model-command 'ollama run llama3.2'
        rag query "what changed?" --prompt | less
        rag query "budget" --json | jq -r '.hits[].document.path'
      """)

  @Argument(help: "The question, or keywords; several words need no quotes.")
  var question: [String]

  @Option(
    name: [.customShort("k", allowingJoined: true), .long],
    help: ArgumentHelp("The most passages to find.", valueName: "n"))
  var count = 10

  @Option(
    help: ArgumentHelp(
      "Find by vector (meaning), lexical (words) or hybrid (default: RAG_MODE, or hybrid).",
      valueName: "mode"))
  var mode: SearchMode?

  @OptionGroup var condition: FilterOptions

  @Option(
    help: ArgumentHelp(
      "Leave out passages with a score below this, 0 to 1 (default: none).", valueName: "score"))
  var minScore: Double?

  @Flag(help: "Show the passages only, without an answer.")
  var hitsOnly = false

  @Flag(help: "Write JSON lines as the answer comes.")
  var stream = false

  @Flag(
    help: ArgumentHelp(
      """
      Have the answer corrected: where passages answer too little, the model rewords the question, \
      and where a statement has no source that says so, it is asked once more. Each call is told.
      """))
  var reflect = false

  @Flag(help: "Print the prompt that a model would get, and ask none.")
  var prompt = false

  @Option(
    help: ArgumentHelp(
      "The share of the nearest vectors to find, 0 to 1; less is faster, 1 compares with all.",
      valueName: "share"))
  var recall = 0.99

  @Option(
    help: ArgumentHelp(
      "Read each passage with this much of the section around it.", valueName: "tokens"))
  var context: Int?

  @Option(
    help: ArgumentHelp(
      "How much passages are to differ from each other, 0 to 1.", valueName: "share"))
  var diversity = 0.0

  @Flag(help: "Show what each lane said of each passage, and what the vector search did.")
  var explain = false

  @OptionGroup var model: ModelOptions
  @OptionGroup var index: IndexOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var reranker: RerankerOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !reflect || ![hitsOnly, stream, prompt].contains(true) else {
      throw ValidationError(
        "--reflect is for answers; leave out --hits-only, --stream and --prompt")
    }
    guard [hitsOnly, stream, prompt].count(where: \.self) <= 1 else {
      throw ValidationError("Choose one of --hits-only, --stream and --prompt")
    }
    guard (0...1).contains(recall) else {
      throw ValidationError("--recall is a share from 0 to 1, not \(recall)")
    }
    if let minScore, !(0...1).contains(minScore) {
      throw ValidationError("--min-score is a value from 0 to 1, not \(minScore)")
    }
    guard !stream || !output.json else { throw ValidationError("--stream writes JSON already") }
  }

  func run() async throws {
    let filter = try condition.filter()
    let mode = try chosenMode()
    let engine = try await index.open(
      for: .read, encoder: mode == .lexical ? nil : encoder.load(), reranker: reranker.load())
    var query = Query(
      question.joined(separator: " "), count: count, mode: mode, filter: filter, recall: recall,
      minimumEvidence: minScore, explains: explain)
    query.contextTokenCount = context
    query.diversity = diversity
    defer {
      for damage in engine.damage {
        Messages.warning(
          "\(damage.file) is damaged and was not used: \(damage.problem); 'rag repair' makes it anew"
        )
      }
    }
    let vectorSearch = explain ? try await engine.explain(query) : nil
    if let vectorSearch {
      Messages.note(
        "vector search: \(vectorSearch.plan), \(vectorSearch.distances) distances, "
          + "\(vectorSearch.hops) hops, \(vectorSearch.reranked) ranked again")
    }
    if prompt {
      try await showPrompt(query, engine)
    } else if hitsOnly {
      try await showHits(query, engine, vectorSearch)
    } else if stream {
      try await streamAnswer(query, engine)
    } else if reflect {
      try await showReflectedAnswer(query, engine)
    } else {
      try await showAnswer(query, engine, vectorSearch)
    }
  }

  private func chosenMode() throws -> SearchMode {
    if let mode = try mode ?? Setting.mode.choice(SearchMode.self) { return mode }
    return try encoder.directory() == nil ? .lexical : .hybrid
  }

  // MARK: The four kinds of output

  private func showPrompt(_ query: Query, _ engine: Engine) async throws {
    let hits = try await engine.search(query)
    let prompt =
      if let backend = try model.backend() {
        try PromptComposer().compose(query.text, from: hits, for: backend)
      } else {
        try PromptComposer().compose(
          query.text, from: hits, contextTokenCount: model.contextTokens)
      }
    try StandardOutput.write(
      output.json
        ? JSON.document(QueryReport(query, hits: hits, prompt: prompt))
        : CommandBackend.input(for: prompt.prompt) + "\n")
    if hits.isEmpty { noteNothing(best: try await bestEvidence(of: hits, query, engine)) }
    try end(found: !hits.isEmpty)
  }

  private func showHits(
    _ query: Query, _ engine: Engine, _ vectorSearch: VectorLaneReport?
  ) async throws {
    let hits = try await engine.search(query)
    let best = try await bestEvidence(of: hits, query, engine)
    try StandardOutput.write(
      output.json
        ? JSON.document(
          QueryReport(query, hits: hits, bestEvidence: best, vectorSearch: vectorSearch))
        : HitView(try output.output()).text(hits))
    if hits.isEmpty { noteNothing(best: best) }
    try end(found: !hits.isEmpty)
  }

  private func streamAnswer(_ query: Query, _ engine: Engine) async throws {
    var isFound = false
    for try await event in engine.streamAnswer(query, backend: try model.backend()) {
      try StandardOutput.write(JSON.line(QueryEvent(event)))
      if case .sources([]) = event {
        noteNothing(best: try await bestEvidence(of: [], query, engine))
      }
      if case .finished(let answer) = event { isFound = !answer.abstained }
    }
    try Task.checkCancellation()
    try end(found: isFound)
  }

  private func showReflectedAnswer(_ query: Query, _ engine: Engine) async throws {
    guard let backend = try model.backend() else {
      throw ValidationError("--reflect needs a language model; name one with --model-command")
    }
    var reflection = AnswerReflection()
    if let minScore { reflection.leastEvidence = minScore }
    let reflected = try await engine.reflectedAnswer(
      query, backend: backend, reflection: reflection
    ) { step in
      if let note = AnswerStepView(step).note { Messages.note(Printable.line(note)) }
    }
    let hits = reflected.hits
    if output.json {
      let report = QueryReport(
        query, hits: hits, bestEvidence: hits.compactMap(\.evidence).max(),
        answer: reflected.answer, reflection: reflected.steps.map(AnswerStepView.init))
      try StandardOutput.write(JSON.document(report))
    } else {
      let terminal = try output.output()
      try StandardOutput.write(
        AnswerView(terminal).text(of: reflected.answer)
          + sources(of: reflected.answer, hits: hits, terminal))
    }
    try end(found: !reflected.answer.abstained)
  }

  /// The footnotes of an answer, and the passages.
  private func sources(of answer: Answer, hits: [Hit], _ terminal: Terminal) -> String {
    AnswerView(terminal).footnotes(of: answer, hits: hits)
      + (hits.isEmpty ? "" : "\n" + HitView(terminal).text(hits))
  }

  private func showAnswer(
    _ query: Query, _ engine: Engine, _ vectorSearch: VectorLaneReport?
  ) async throws {
    let backend = try model.backend()
    let terminal = try output.output()
    let isLive = backend != nil && terminal.isInteractive && !output.json
    var hits: [Hit] = []
    var answer: Answer?
    for try await event in engine.streamAnswer(query, backend: backend) {
      switch event {
      case .sources(let found): hits = found
      case .text(let piece): if isLive { try StandardOutput.write(Printable.text(piece)) }
      case .citation: break
      case .finished(let finished): answer = finished
      }
    }
    guard let answer else { throw CancellationError() }
    let best = try await bestEvidence(of: hits, query, engine)
    if output.json {
      try StandardOutput.write(
        JSON.document(
          QueryReport(
            query, hits: hits, bestEvidence: best, answer: answer, vectorSearch: vectorSearch)))
    } else {
      try StandardOutput.write(
        (isLive ? "\n" : AnswerView(terminal).text(of: answer))
          + sources(of: answer, hits: hits, terminal))
    }
    if hits.isEmpty { noteNothing(best: best) }
    try end(found: !answer.abstained)
  }

  /// The evidence of the best passage, also where it is below what was asked for.
  private func bestEvidence(
    of hits: [Hit], _ query: Query, _ engine: Engine
  ) async throws -> Double? {
    guard hits.isEmpty, query.minimumEvidence != nil else {
      return hits.compactMap(\.evidence).max()
    }
    var all = query
    all.minimumEvidence = nil
    return try await engine.search(all).compactMap(\.evidence).max()
  }

  /// Says why there is no hit.
  private func noteNothing(best: Double?) {
    guard let minScore, let best else { return Messages.note("nothing found") }
    Messages.note(
      "nothing in the index answers this well enough; the best score is "
        + "\(Figures.evidence(best)), below \(minScore); lower --min-score to see it")
  }

  private func end(found: Bool) throws {
    if !found { throw EndCommand(.nothingFound) }
  }
}
