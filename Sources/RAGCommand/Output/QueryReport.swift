import RAG

/// The JSON of `rag query`.
struct QueryReport: Encodable {
  var query: String
  var mode: SearchMode
  /// The least evidence that was asked for.
  var minimumEvidence: Double?
  /// That of the best hit, also where it was left out.
  var bestEvidence: Double?
  var hits: [Hit]
  var answer: Answer?
  var prompt: ComposedPrompt?
  var vectorSearch: VectorLaneReport?
  /// What an answer that corrects itself did.
  var reflection: [AnswerStepView]?
  /// JSON by a schema, in place of the answer.
  var structured: StructuredView?

  init(
    _ query: Query, hits: [Hit], bestEvidence: Double? = nil, answer: Answer? = nil,
    prompt: ComposedPrompt? = nil, vectorSearch: VectorLaneReport? = nil,
    reflection: [AnswerStepView]? = nil, structured: StructuredView? = nil
  ) {
    self.query = query.text
    mode = query.mode
    minimumEvidence = query.minimumEvidence
    self.bestEvidence = bestEvidence
    self.hits = hits
    self.answer = answer
    self.prompt = prompt
    self.vectorSearch = vectorSearch
    self.reflection = reflection
    self.structured = structured
  }
}

/// A line of `rag query --stream`.
struct QueryEvent: Encodable {
  var event: String
  var hits: [Hit]?
  var text: String?
  var citation: Citation?
  var answer: Answer?

  init(_ event: AnswerEvent) {
    switch event {
    case .sources(let hits):
      self.event = "sources"
      self.hits = hits
    case .text(let text):
      self.event = "text"
      self.text = text
    case .citation(let citation):
      self.event = "citation"
      self.citation = citation
    case .finished(let answer):
      self.event = "finished"
      self.answer = answer
    }
  }
}
