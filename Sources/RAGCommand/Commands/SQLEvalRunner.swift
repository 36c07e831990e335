import RAG
import RAGEval
import RAGSQL

/// Measures questions to one database: what a model's queries give, and what prompts carry.
struct SQLEvalRunner {
  let set: SQLSet
  private let sandbox: SQLSandbox
  private let linker: SchemaLinker
  private let terminal: Terminal
  private let limits: Limits

  /// Opens the database of a set. Results are compared whole, so more rows than usual may come.
  init(_ set: SQLSet, linker: SchemaLinker, terminal: Terminal) throws {
    var limits = Limits()
    limits.sqlRowCount = 100_000
    limits.sqlByteCount = 64 << 20
    self.set = set
    self.limits = limits
    self.linker = linker
    self.terminal = terminal
    sandbox = try SQLSandbox(path: set.database, limits: limits)
  }

  /// Measures all; without a model, the prompts alone.
  func report(
    asking backend: (any ModelBackend)?, answerTokens: Int
  ) async throws -> SQLEvaluationReport.SetReport {
    var bar = ProgressBar(terminal)
    defer { bar.clear() }
    let repairs = try await repairs(&bar)
    let model: SQLEvaluationReport.ModelReport? =
      if let backend { try await accuracy(of: backend, answerTokens, &bar) } else { nil }
    return SQLEvaluationReport.SetReport(set: set, model: model, repairs: repairs)
  }

  // MARK: What a model's queries give

  private func accuracy(
    of backend: any ModelBackend, _ answerTokens: Int, _ bar: inout ProgressBar
  ) async throws -> SQLEvaluationReport.ModelReport {
    let accuracy = SQLMetric.execution.rawValue
    let firstAccuracy = SQLMetric.firstExecution.rawValue
    let answerer = SQLAnswerer(
      sandbox, backend: backend, linker: linker, limits: limits,
      reservedAnswerTokenCount: answerTokens)
    var values: [String: [String: Double]] = [:]
    var (attemptCount, unanswered, failureCount) = (0, 0, 0)
    var failure: RAGError?
    for (index, question) in set.questions.enumerated() {
      let right = try await rightResults(of: question)
      let answer: SQLAnswer
      do {
        answer = try await answerer.answer(question.question)
      } catch let error as RAGError where error.meansNoAnswer {
        failure = failure ?? error
        failureCount += 1
        unanswered += 1
        values[question.id] = [accuracy: 0, firstAccuracy: 0]
        continue
      }
      let first = try await firstResult(of: answer)
      func value(_ result: SQLResult?) -> Double {
        result.map { given in right.contains { $0.agrees(with: given, ordered: question.ordered) } }
          ?? false ? 1 : 0
      }
      values[question.id] = [
        accuracy: value(answer.result), firstAccuracy: value(first),
      ]
      attemptCount += answer.attempts.count
      unanswered += answer.result == nil ? 1 : 0
      bar.show(set.name, done: index + 1, of: set.questions.count, "questions")
    }
    if let failure {
      guard failureCount < set.questions.count else { throw failure }
      Messages.warning(
        "the model gave no answer to \(Figures.count(failureCount, "question")), which count as wrong: "
          + failure.message)
    }
    return SQLEvaluationReport.ModelReport(
      name: backend.name,
      scores: try Scores(metrics: [accuracy, firstAccuracy], queries: values),
      attempts: Double(attemptCount) / Double(set.questions.count), unanswered: unanswered)
  }

  private func rightResults(of question: SQLSet.Question) async throws -> [SQLResult] {
    var results: [SQLResult] = []
    for sql in question.sql {
      do {
        results.append(try await sandbox.run(sql))
      } catch let failure as SQLFailure {
        throw RAGError(
          .invalidInput, "a query of question `\(question.id)` that should be right fails",
          path: set.database, cause: failure)
      }
    }
    return results
  }

  /// What the first query gave; nil if it did not run.
  private func firstResult(of answer: SQLAnswer) async throws -> SQLResult? {
    guard let query = answer.attempts.first?.query else { return nil }
    if query == answer.query { return answer.result }
    do {
      return try await sandbox.run(query)
    } catch is SQLFailure {
      return nil
    }
  }

  // MARK: What prompts carry

  /// Has each query that fails be mended by a model that mends it only if the prompt after the
  /// failure carries what that takes.
  private func repairs(
    _ bar: inout ProgressBar
  ) async throws -> SQLEvaluationReport.RepairReport? {
    guard !set.brokenQueries.isEmpty else { return nil }
    var report = SQLEvaluationReport.RepairReport()
    for (index, query) in set.brokenQueries.enumerated() {
      let facts = RepairFacts(
        query: query.sql, gold: query.gold, error: try await error(of: query), kind: query.kind,
        schema: sandbox.schema)
      let missing = Locked<[String]>([])
      let model = ClosureBackend { prompt in
        guard prompt.user.contains("<problem-") else { return "```sql\n\(query.sql)\n```" }
        let lacking = facts.missing(in: prompt.user)
        missing.withLock { $0 = lacking }
        return "```sql\n\(lacking.isEmpty ? query.gold : query.sql)\n```"
      }
      let answer = try await SQLAnswerer(
        sandbox, backend: model, linker: linker, limits: limits
      ).answer(query.question)
      let isRepaired = answer.query.map { SQLQuery($0) == SQLQuery(query.gold) } ?? false
      report.add(query, missing: isRepaired ? nil : missing.withLock(\.self))
      bar.show(set.name, done: index + 1, of: set.brokenQueries.count, "broken queries")
    }
    return report
  }

  private func error(of query: SQLSet.BrokenQuery) async throws -> String {
    do {
      _ = try await sandbox.run(query.sql)
    } catch let failure as SQLFailure {
      return failure.description
    }
    throw RAGError(
      .invalidInput, "the query `\(query.id)` should fail, and runs", path: set.database)
  }
}
