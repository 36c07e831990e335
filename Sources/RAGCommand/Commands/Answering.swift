import RAG

/// The kinds of answers that `rag query` gives.
struct Answering {
  let query: Query
  let engine: Engine
  let backend: (any ModelBackend)?
  let prompting: Prompting
  let output: OutputOptions

  /// Writes JSON lines as the answer comes.
  func stream() async throws {
    var isFound = false
    for try await event in engine.streamAnswer(query, backend: backend, prompting: prompting) {
      try StandardOutput.write(JSON.line(QueryEvent(event)))
      if case .sources([]) = event {
        let found = Found(hits: [], query: query)
        try await found.noteNothing(best: found.bestEvidence(engine), in: engine)
      }
      if case .finished(let answer) = event { isFound = !answer.abstained }
    }
    try Task.checkCancellation()
    try end(found: isFound)
  }

  /// Shows the answer, its footnotes and the passages.
  func show(_ vectorSearch: VectorLaneReport?) async throws {
    let terminal = try output.output()
    let isLive = backend != nil && terminal.isInteractive && !output.json
    var hits: [Hit] = []
    var answer: Answer?
    for try await event in engine.streamAnswer(query, backend: backend, prompting: prompting) {
      switch event {
      case .sources(let found): hits = found
      case .text(let piece): if isLive { try StandardOutput.write(Printable.text(piece)) }
      case .citation: break
      case .finished(let finished): answer = finished
      }
    }
    guard let answer else { throw CancellationError() }
    let found = Found(hits: hits, query: query)
    let best = try await found.bestEvidence(engine)
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
    if hits.isEmpty { try await found.noteNothing(best: best, in: engine) }
    try end(found: !answer.abstained)
  }

  /// Shows an answer that corrects itself, and each call of the model.
  func showReflected(_ backend: any ModelBackend) async throws {
    var reflection = AnswerReflection()
    if let minimum = query.minimumEvidence { reflection.leastEvidence = minimum }
    let reflected = try await engine.reflectedAnswer(
      query, backend: backend, prompting: prompting, reflection: reflection
    ) { step in
      if let note = AnswerStepView(step).note { Messages.note(Printable.line(note)) }
    }
    let hits = reflected.hits
    Messages.note(AnswerStepView.outcome(of: reflected))
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

  /// Writes JSON that conforms to a schema.
  func showStructured(_ schema: JSONSchema, _ backend: any ModelBackend) async throws {
    let answer = try await engine.structuredAnswer(
      query, conformingTo: schema, backend: backend, prompting: prompting
    ) { step in
      if case .judged(let attempt) = step, let reason = attempt.verdict.reason {
        Messages.note("attempt \(attempt.number): " + Printable.line(reason))
      }
    }
    let found = Found(hits: answer.hits, query: query)
    let best = try await found.bestEvidence(engine)
    if output.json {
      let report = QueryReport(
        query, hits: answer.hits, bestEvidence: best, structured: try StructuredView(answer))
      try StandardOutput.write(JSON.document(report))
    } else if let json = answer.json {
      try StandardOutput.write(json + "\n")
    }
    if answer.removedMarkerCount > 0 {
      Messages.note(
        "\(Figures.count(answer.removedMarkerCount, "source number")) taken out of the JSON")
    }
    if let reflection = answer.reflection {
      guard answer.abstained || answer.json != nil else { throw failure(of: reflection, backend) }
      if answer.abstained { Messages.note("the model says: not found in these documents") }
    } else {
      try await found.noteNothing(best: best, in: engine)
    }
    try end(found: !answer.abstained)
  }

  /// Why a model wrote nothing that conforms, and what to do.
  private func failure(
    of reflection: Reflection<JSONReply>, _ backend: any ModelBackend
  ) -> RAGError {
    let count = Figures.count(reflection.attempts.count, "attempt")
    let problem =
      "the model \(backend.name) wrote nothing that conforms to the schema in \(count)"
    return switch reflection.end {
    case .contextFull:
      RAGError(
        .limitExceeded,
        problem + ", and its context has no room to say what was wrong; raise --context-tokens, or "
          + "lower --answer-tokens")
    case .repeated:
      RAGError(
        .backend, problem + ", and the same again; a simpler schema or another model may do")
    case .failed(let error): RAGError(.backend, problem + ", and then failed: \(error)")
    case .accepted, .attemptsSpent, .tokensSpent, .timeSpent:
      RAGError(.backend, problem + "; a simpler schema or another model may do")
    }
  }

  /// The footnotes of an answer, and the passages: of a whole document the first.
  private func sources(of answer: Answer, hits: [Hit], _ terminal: Terminal) -> String {
    AnswerView(terminal).footnotes(of: answer, hits: hits)
      + (hits.isEmpty ? "" : "\n" + HitView(terminal).text(Array(hits.prefix(query.count))))
  }

  private func end(found: Bool) throws {
    if !found { throw EndCommand(.nothingFound) }
  }
}
