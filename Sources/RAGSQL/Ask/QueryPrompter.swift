import RAGCore
import RAGGenerate

/// Makes the prompts for one question, each within what the model has room for.
struct QueryPrompter: Sendable {
  let wording: SQLPrompt
  let schema: SchemaChoice
  let room: PromptRoom

  /// What the prompt after some attempts shows: the last of them in any case, and as many of the
  /// others as find room beside the schema.
  ///
  /// Where the last finds none, the schema gives way, its least needed parts first.
  /// - Throws: ``RAGError`` of code `limitExceeded` where no table finds room.
  func content(after attempts: [Attempt<QueryDraft>]) throws -> SQLPrompt.Content {
    var content = try content(objectingTo: [])
    guard let last = attempts.last else { return content }
    let objections = attempts.map { attempt in
      // Neutralised once more, what the answer copied would be shown in a third form.
      let query = attempt.proposal?.query.text
      return SQLPrompt.Objection(
        answer: query.flatMap { attempt.answer.contains($0) ? nil : $0 } ?? attempt.answer,
        problem: attempt.verdict.reason ?? "")
    }
    for omitted in objections.indices {
      content.objections = Array(objections[omitted...])
      if room.left(by: wording.prompt(content)) >= 0 { return content }
    }
    return try self.content(objectingTo: [shortened(last)])
  }

  /// What of the database and the question a prompt shows.
  func shownTexts(_ content: SQLPrompt.Content) -> ShownTexts {
    ShownTexts(
      [content.schema.text, wording.question] + content.objections.map(\.problem),
      of: schema.text.schema)
  }

  /// As much of the schema as finds room beside objections.
  private func content(objectingTo objections: [SQLPrompt.Objection]) throws -> SQLPrompt.Content {
    var content = SQLPrompt.Content(objections: objections)
    let bare = wording.prompt(content)
    var tokenCount = min(schema.tokenCount, room.left(by: bare))
    // The parts of a prompt do not count quite as the whole does.
    while let linked = schema.linked(tokenCount: tokenCount) {
      content.schema = linked
      let left = room.left(by: wording.prompt(content))
      if left >= 0 { return content }
      tokenCount += left
    }
    throw room.failure(
      objections.isEmpty ? "rules and question" : "rules, question and the query that failed",
      beside: bare)
  }

  /// An attempt without what can be spared: words around its query, and the last lines of advice,
  /// which say of the schema what the prompt shows of it, as far as they take more than two thirds
  /// of the room.
  private func shortened(_ attempt: Attempt<QueryDraft>) -> SQLPrompt.Objection {
    var objection = SQLPrompt.Objection(
      answer: attempt.proposal?.query.text ?? "", problem: attempt.verdict.reason ?? "")
    let third = room.left(by: wording.prompt(SQLPrompt.Content())) / 3
    var lines = objection.problem.split(separator: "\n")
    while lines.count > 1,
      room.left(by: wording.prompt(SQLPrompt.Content(objections: [objection]))) < third
    {
      lines.removeLast()
      objection.problem = lines.joined(separator: "\n")
    }
    return objection
  }
}

/// What a model has room for beside an answer.
struct PromptRoom: Sendable {
  let backend: any ModelBackend
  let reservedAnswerTokenCount: Int

  /// Tokens that a prompt leaves; less than none where it is too large.
  func left(by prompt: ModelPrompt) -> Int {
    let counter = backend.tokenCounter
    let (room, isBelow) = backend.contextTokenCount.subtractingReportingOverflow(
      reservedAnswerTokenCount)
    return (isBelow ? 0 : room) - counter.tokenCount(of: prompt.system)
      - counter.tokenCount(of: prompt.user)
  }

  /// Why a prompt of some parts, without a schema, leaves too little for one.
  func failure(_ parts: String, beside bare: ModelPrompt) -> RAGError {
    let counter = backend.tokenCounter
    let count = counter.tokenCount(of: bare.system) + counter.tokenCount(of: bare.user)
    return RAGError(
      .limitExceeded,
      "\(parts) have \(count) tokens, and \(reservedAnswerTokenCount) are kept for the answer: no "
        + "table of the schema fits beside them into a model of \(backend.contextTokenCount); take "
        + "a model with a larger context (ModelBackend.contextTokenCount), or keep fewer tokens "
        + "for the answer (SQLAnswerer.reservedAnswerTokenCount)")
  }
}
