import Foundation
import RAG
import RAGEval

/// Measures one judged set: what an index finds, and runs of other systems.
struct EvalRunner {
  /// An index to ask, and how.
  struct Target {
    var engine: Engine
    var ways: [EvalWay]
  }

  /// What was measured of a set, and the runs that it was measured on, by lane.
  struct Outcome {
    var report: EvaluationReport.SetReport
    var runs: [(lane: String, run: Run)] = []
  }

  /// The most chunks to ask for: it may take many to have as many documents as metrics look at.
  static let hitLimit = 10_000

  var evaluation: Evaluation
  let runs: [(name: String, run: Run)]
  let allowsMissing: Bool
  /// Where what was found is to be written; nil: nowhere.
  let runFolder: String?
  /// The evidence below which a search abstains, to measure abstentions too; nil: not to.
  var abstainsBelow: Double?
  /// Whether to measure answers too.
  var measuresAnswers = false
  /// Writes them; nil: they are made of sentences of the documents.
  var backend: (any ModelBackend)?
  /// Tokens of the model's context kept free for an answer.
  let answerTokens: Int
  let terminal: Terminal

  /// The ids that do not match.
  /// - Throws: ``RAGError`` of code `invalidInput` where there are some, unless they are allowed, or
  ///   where runs are to be written that cannot hold the ids; `io` where there is no place for them.
  @discardableResult
  func check(_ ways: [EvalWay], corpus: [String]?) throws -> MissingIDs {
    let missing = try evaluation.missingIDs(
      runs: runs.map(\.run), lanes: ways.map(\.name) + runs.map(\.name), corpus: corpus)
    if !allowsMissing { try missing.requireNone() }
    if let runFolder, let corpus {
      try Run.requireWords(evaluation.set.queries.map(\.id) + corpus)
      do {
        try FileManager.default.createDirectory(
          atPath: runFolder, withIntermediateDirectories: true)
      } catch {
        throw RAGError(
          .io, "the directory cannot be made: \(error.localizedDescription)", path: runFolder)
      }
    }
    return missing
  }

  /// Ingests the corpus; what is there already costs nothing.
  func ingest(into engine: Engine) async throws {
    let documents = evaluation.set.documents
    let others = Set(try await engine.documentIDs()).subtracting(documents.map(\.id))
    if let first = others.min() {
      throw RAGError(
        .invalidInput,
        "the index holds \(others.count) documents that are not of the set, `\(first)` for one; "
          + "name another with --index", path: try await engine.status().index)
    }
    var view = IngestView(terminal)
    defer { view.end() }
    let sources = documents.map {
      IngestSource.document(
        MemoryDocument(id: $0.id, text: $0.text, title: $0.title.isEmpty ? nil : $0.title))
    }
    var isFinished = false
    for try await event in engine.ingest(sources) {
      view.show(event)
      if case .finished = event { isFinished = true }
    }
    guard isFinished else { throw RAGError(.cancelled, "the ingest was cancelled") }
  }

  /// Measures all; without a target, the runs alone.
  func report(
    part: QueryPart, on target: Target?
  ) async throws -> Outcome {
    if let count = evaluation.baseline?.unanswered(evaluation.set), count > 0 {
      let queries = Figures.count(count, "judged query", plural: "judged queries")
      Messages.note("the baseline found nothing for \(queries); each counts 0 there")
    }
    guard let target else {
      var report = EvaluationReport.SetReport(
        set: evaluation.set, part: part, missing: try check([], corpus: nil))
      report.lanes = try runReports(evaluation)
      return Outcome(report: report)
    }
    let documents = evaluation.set.documents
    let corpus =
      documents.isEmpty ? try await target.engine.documentIDs() : documents.map(\.id)
    let missing = try check(target.ways, corpus: corpus)
    var evaluation = evaluation
    evaluation.set = try evaluation.set.matched()
    var report = EvaluationReport.SetReport(set: evaluation.set, part: part, missing: missing)
    var found: [(lane: String, run: Run)] = []
    let progress = EvalProgress(terminal)
    defer { progress.end() }
    for way in target.ways {
      progress.begin(
        way.name,
        count: evaluation.set.queries.count
          * (2 + (abstainsBelow == nil ? 0 : 1) + (measuresAnswers ? 1 : 0)))
      let (run, latency) = try await evaluation.run(
        way.lane(of: target.engine), onQuery: progress.advance)
      found.append((way.name, run))
      var lane = try evaluation.report(lane: way.name, run: run, latency: latency)
      if let abstainsBelow {
        lane.abstention = try await Abstention.measure(
          evaluation.set, minimumEvidence: abstainsBelow, onQuery: progress.advance
        ) { try await target.engine.bestEvidence(way.query($0), hiding: $1) }
      }
      if measuresAnswers {
        lane.answers = try await answers(by: way, from: target.engine, progress)
      }
      report.lanes.append(lane)
    }
    progress.end()
    report.lanes += try runReports(evaluation)
    if target.ways.contains(where: { $0.mode != .lexical }) {
      report.nearestNeighbours = try await target.engine.curve(
        of: evaluation.set.queries.map(\.text), efforts: [Query("").recall], count: 10
      ).first
    }
    let status = try await target.engine.status()
    report.documents = status.documents
    report.indexBytes = status.indexBytes
    return Outcome(report: report, runs: found)
  }

  /// Writes the runs where they were asked for.
  static func write(_ outcomes: [Outcome], to folder: String) throws {
    for outcome in outcomes {
      for (lane, run) in outcome.runs {
        try run.writeTREC(to: "\(folder)/\(outcome.report.set).\(lane).trec", tag: lane)
      }
    }
  }

  private func answers(
    by way: EvalWay, from engine: Engine, _ progress: EvalProgress
  ) async throws -> AnswerQuality {
    var failures: [RAGError] = []
    let quality = try await AnswerQuality.measure(
      evaluation.set, onQuery: progress.advance
    ) { text in
      do {
        return try await engine.observedAnswer(
          to: way.query(text), from: backend, answerTokens: answerTokens)
      } catch let error as RAGError where error.meansNoAnswer {
        failures.append(error)
        return nil
      }
    }
    if let failure = failures.first {
      guard failures.count < quality.asked else { throw failure }
      Messages.warning(
        "the model gave no answer to \(Figures.count(failures.count, "question")), which count as "
          + "unanswered: " + failure.message)
    }
    return quality
  }

  private func runReports(_ evaluation: Evaluation) throws -> [EvaluationReport.LaneReport] {
    try runs.map { try evaluation.report(lane: $0.name, run: $0.run) }
  }
}

extension Engine {
  /// The highest evidence of what is found, 0 where that is nothing; some documents are hidden.
  fileprivate func bestEvidence(
    _ query: Query, hiding documents: Set<String>
  ) async throws -> Double {
    var query = query
    if !documents.isEmpty {
      query.filter = .not(.isIn(field: "id", documents.sorted().map { .string($0) }))
    }
    return try await bestEvidence(query) ?? 0
  }

  /// What an answer cites; nil where there is none.
  fileprivate func observedAnswer(
    to query: Query, from backend: (any ModelBackend)?, answerTokens: Int
  ) async throws -> AnswerQuality.Observation? {
    var prompting = Prompting()
    prompting.composer.reservedAnswerTokenCount = answerTokens
    let answer = try await answer(query, backend: backend, prompting: prompting)
    guard !answer.abstained else { return nil }
    let supported = Set(answer.citations.map(\.statement)).count
    return AnswerQuality.Observation(
      cited: answer.citations.map(\.document.id),
      exactCount: answer.citations.count { $0.status == .verified },
      statementCount: supported + answer.unsupportedStatements.count, supportedCount: supported)
  }

  /// How near vector searches for texts come to exact ones, for several efforts.
  func curve(
    of texts: [String], efforts: [Double], count: Int
  ) async throws -> [EffortCurve.Point] {
    guard let encoder else {
      throw RAGError(
        .invalidInput, "nearest vectors are found with an encoder; name one with --encoder")
    }
    // Searching by a text proves that the vectors are of this encoder; by a vector, it does not.
    if let first = texts.first { _ = try await search(Query(first, count: 1, mode: .vector)) }
    let status = try await status()
    // What the graph does not hold yet is compared as well, each time.
    let scanned = status.vectors - status.graphVectors
    func query(_ vector: [Float], _ effort: Double) -> Query {
      Query("", count: count, mode: .vector, vector: vector, recall: effort)
    }
    return try await EffortCurve.measure(
      efforts: efforts, vectors: try await encoder.embed(texts, as: .query), count: count
    ) { vector, effort in
      try await search(query(vector, effort)).map {
        Match(id: $0.chunk.id, score: Float($0.score))
      }
    } distances: { vector, effort in
      let report = try await explain(query(vector, effort))
      return scanned + (report?.distances ?? 0) + (report?.reranked ?? 0)
    }
  }
}
