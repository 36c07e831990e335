import ArgumentParser
import Foundation
import RAG
import RAGEval
import RAGSQL

/// `rag eval`
struct EvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measure retrieval quality on judged sets, and queries from questions.",
    discussion: """
      With --beir, a set in the layout of BEIR (corpus.jsonl, queries.jsonl, and qrels.tsv or \
      qrels/test.tsv) is ingested into an index of its own, and every query is run in each mode, \
      side by side. With --qrels and --topics your own index is asked; judgments then name \
      documents by their ids, which for files are absolute paths. With --qrels and --run, runs of \
      other systems are measured, and no index is needed.

      A document ranks where its best chunk does. The measures are trec_eval's, to its digits: \
      ndcg, map and mrr alone or with a cutoff (ndcg@10), recall@k and p@k. A mode gives 100 \
      documents a query, or as many as the largest cutoff; runs are taken as they are. Times are those of a \
      search for ten hits. Of vector searches the report also says how many of the ten nearest \
      vectors were found, apart from what is relevant.

      --reranker adds a lane 'rerank', in which the best 50 passages are judged once more.

      --baseline compares with a run, or lane by lane with the --json of an earlier eval, by a \
      paired randomisation test (two-sided, 10,000 permutations, or all for few queries). \
      --fail-under ends with status 1 when a lane misses a value.

      --abstention asks every query that has a relevant document once more, with those documents \
      hidden by a filter, and counts where the best passage has less evidence than --min-score: false \
      abstentions with the documents, correct ones without. AUC tells how well evidence parts the \
      two, whatever the least score. How rare a word is still counts the hidden documents.

      --answers has every query answered that has a relevant document, by --model-command or else from \
      sentences of the documents: how many are answered; of their citations the share that names a \
      relevant document (precision), and the share of questions whose answer names one (recall); how \
      many statements have a citation; and of how many citations the source gives the quote at its \
      place (exact).

      --queries even or odd measures one half: the lowest bit of the 64-bit FNV-1a hash of the \
      query's id. Tune on the even half, and report on the odd one.

      With --sql, questions to an SQLite database are measured: a directory with NAME.sqlite, \
      questions.jsonl (id, question, sql: a list of right queries, ordered: whether the order of \
      rows counts) and maybe broken.jsonl (id, question, kind, sql: a query that fails, gold: the \
      one that was meant). With a model, 'execution' is the share of questions for which its query \
      gave the rows of a right one, 'execution@1' that of first queries, before any was corrected. \
      Of the broken queries, with or without a model, 'repairable' is the share for which the \
      prompt after the failure carries what a repair needs: SQLite's message, the tables and \
      columns, and the names that were meant. --fail-under takes these three metrics.

      Ids that do not match (judged documents not in the corpus, queries without judgments, ids of \
      a run that do not exist) are an error, as each would change every figure.

      EXAMPLES:
        rag eval --beir datasets/scifact
        rag eval --beir cranfield --queries odd --write-runs runs --write-rows rows.tsv
        rag eval --beir cranfield --json > before.json
        rag eval --beir cranfield --baseline before.json --fail-under ndcg@10=0.35
        rag eval --beir cranfield --abstention --min-score 0.3
        rag eval --sql shop --model-command 'ollama run llama3.2' --fail-under execution=0.6
        rag eval --qrels qrels.txt --topics topics.tsv --index ~/notes.rag
        rag eval --qrels qrels.txt --run mine.trec --run theirs.trec --baseline bm25.trec
      """)

  @Option(help: ArgumentHelp("The directory of a BEIR set. Repeatable.", valueName: "dir"))
  var beir: [String] = []

  @Option(
    help: ArgumentHelp(
      "The directory of a database and questions to it. Repeatable.", valueName: "dir"))
  var sql: [String] = []

  @Option(help: ArgumentHelp("Judgments, of BEIR or TREC.", valueName: "file"))
  var qrels: String?

  @Option(
    help: ArgumentHelp(
      "Queries to ask the index: TREC topics, JSON lines, or lines of an id, a tab and a text.",
      valueName: "file"))
  var topics: String?

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("A TREC run to measure too. Repeatable.", valueName: "file"))
  var runFiles: [String] = []

  @Option(help: "A mode to measure: vector, lexical or hybrid (default: all). Repeatable.")
  var mode: [SearchMode] = []

  @Option(
    name: .customLong("metric"),
    help: ArgumentHelp(
      """
      What to measure (default: ndcg@10, recall@10, recall@100, mrr@10, map@100, p@10). \
      Repeatable.
      """, valueName: "metric"),
    transform: { try RetrievalMetric($0) })
  var metrics: [RetrievalMetric] = []

  @Option(help: "Which queries to measure: all, or the half even or odd.")
  var queries = QueryPart.all

  @Option(
    help: ArgumentHelp(
      "What to compare with: a TREC run, or the --json of an earlier eval.", valueName: "file"))
  var baseline: String?

  @Option(
    help: ArgumentHelp(
      "End with status 1 if a metric is under a value: ndcg@10=0.35. Repeatable.",
      valueName: "metric=value"),
    transform: { try Threshold($0) })
  var failUnder: [Threshold] = []

  @Flag(help: "Measure too whether searches know what the corpus does not answer.")
  var abstention = false

  @Option(
    help: ArgumentHelp(
      "With --abstention, the evidence below which a search abstains, 0 to 1 (default: 0.25).",
      valueName: "score"))
  var minScore: Double?

  @Flag(help: "Measure too what answers cite, and whether their citations hold.")
  var answers = false

  @Flag(help: "Leave out documents with the id of the query, as BEIR does.")
  var ignoreIdenticalIds = false

  @Flag(help: "Go on where ids do not match, and only say so.")
  var allowMissing = false

  @Option(
    help: ArgumentHelp(
      "Write what was found below a directory, as TREC runs <set>.<mode>.trec.", valueName: "dir"))
  var writeRuns: String?

  @Option(
    help: ArgumentHelp(
      "Write a row a query, with tabs if the name ends in .tsv, else as JSON lines.",
      valueName: "file"))
  var writeRows: String?

  @Option(
    help: ArgumentHelp(
      """
      With --topics, the index to ask (default: RAG_INDEX, or .rag); with one --beir, where to \
      keep its index (default: thrown away).
      """, valueName: "dir"))
  var index: String?

  @OptionGroup var model: ModelOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var reranker: RerankerOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    try IndexOptions.validate(index)
    guard sql.isEmpty else {
      let isAlone =
        beir.isEmpty && qrels == nil && topics == nil && runFiles.isEmpty && baseline == nil
        && failUnder.allSatisfy { $0.retrievalMetric == nil } && metrics.isEmpty && mode.isEmpty
        && queries == .all && !abstention
        && !answers && writeRuns == nil && writeRows == nil && index == nil && minScore == nil
        && !allowMissing && reranker.reranker == nil
      guard isAlone else {
        throw ValidationError(
          "--sql takes a model, --json and --fail-under of its metrics, and no option of retrieval")
      }
      return
    }
    if let metric = failUnder.first(where: { $0.retrievalMetric == nil })?.subject.name {
      throw ValidationError("--fail-under \(metric) needs --sql")
    }
    guard !model.isNamed || answers else {
      throw ValidationError("a model is asked with --sql or --answers alone")
    }
    guard beir.isEmpty != (qrels == nil) else {
      throw ValidationError("Name sets with --beir or --sql, or judgments with --qrels")
    }
    guard qrels == nil || topics != nil || !runFiles.isEmpty else {
      throw ValidationError("--qrels needs --topics to ask the index, or --run")
    }
    let asking = [
      ("--answers", answers), ("--abstention", abstention), ("--write-runs", writeRuns != nil),
      ("--mode", !mode.isEmpty),
    ]
    if let option = asking.first(where: \.1)?.0, qrels != nil, topics == nil {
      throw ValidationError("\(option) needs an index to ask: --beir, or --topics")
    }
    guard minScore == nil || abstention else {
      throw ValidationError("--min-score needs --abstention")
    }
    if let minScore, !(0...1).contains(minScore) {
      throw ValidationError("--min-score is a value from 0 to 1, not \(minScore)")
    }
    guard topics == nil || qrels != nil else { throw ValidationError("--topics needs --qrels") }
    guard beir.count < 2 || (runFiles.isEmpty && index == nil) else {
      throw ValidationError("--run and --index are for one set; name one --beir")
    }
  }

  func run() async throws {
    guard sql.isEmpty else { return try await measureQueries() }
    let sets =
      try qrels.map { [try JudgedSet.trec(qrels: $0, topics: topics)] }
      ?? beir.map { try JudgedSet.beir(directory: $0) }
    let baseline = try baseline.map { try Baseline(contentsOf: $0).selecting(queries) }
    if case .run = baseline, sets.count > 1 {
      throw ValidationError("a run is the baseline of one set; name one --beir")
    }
    let runs = try runFiles.map {
      (name: $0, run: try Run(contentsOf: $0).selecting(queries))
    }
    let asked = metrics.isEmpty ? RetrievalMetric.standard : metrics
    let measured = asked + failUnder.compactMap(\.retrievalMetric).filter { !asked.contains($0) }

    if let twice = Dictionary(grouping: sets, by: \.name).first(where: { $1.count > 1 })?.key {
      throw ValidationError(
        "two sets are called '\(twice)', after their directories; rename one, or measure it apart")
    }
    if let writeRows { try QueryRows.requireWritable(writeRows) }
    var outcomes: [EvalRunner.Outcome] = []
    for set in sets {
      let runner = EvalRunner(
        evaluation: Evaluation(
          set: try set.selecting(queries), metrics: measured,
          ignoresIdenticalIDs: ignoreIdenticalIds, baseline: baseline),
        runs: runs, allowsMissing: allowMissing, runFolder: writeRuns,
        abstainsBelow: abstention ? minScore ?? 0.25 : nil,
        measuresAnswers: answers, backend: answers ? try model.backend() : nil,
        answerTokens: model.reservedAnswerTokens,
        terminal: try output.messages())
      outcomes.append(try await result(of: runner))
    }
    let report = EvaluationReport(sets: outcomes.map(\.report))
    let view = EvalView(metrics: measured.map(\.name), terminal: try output.output())
    // Whichever of the outputs fails, the others are there.
    let shown = Result {
      try StandardOutput.write(output.json ? JSON.document(report) : view.text(report))
    }
    if let writeRuns { try EvalRunner.write(outcomes, to: writeRuns) }
    if let writeRows {
      try QueryRows.write(report, metrics: measured.map(\.name), to: writeRows)
    }
    try shown.get()
    EvalView.showNotes(report)
    try end(missing: Threshold.misses(of: failUnder, in: report))
  }

  private func end(missing misses: [String]) throws {
    guard misses.isEmpty else {
      Messages.error("missed: " + misses.joined(separator: "; "))
      throw EndCommand(.nothingFound)
    }
  }

  /// Measures queries that a model writes, and the prompts it gets.
  private func measureQueries() async throws {
    let backend = try model.backend()
    let linker = SchemaLinker { [encoder] in try encoder.loadIfPresent() }
    var report = SQLEvaluationReport(sets: [])
    for directory in sql {
      let runner = try SQLEvalRunner(
        SQLSet(directory: directory), linker: linker, terminal: try output.messages())
      report.sets.append(
        try await runner.report(
          asking: backend, answerTokens: model.reservedAnswerTokens))
    }
    if backend == nil {
      Messages.note("no model was asked; name one with --model-command to measure its queries")
    }
    let view = SQLEvalView(terminal: try output.output())
    try StandardOutput.write(output.json ? JSON.document(report) : view.text(report))
    try end(missing: Threshold.misses(of: failUnder, in: report))
  }

  /// Measures one set: runs alone, in the user's index, or in one of the set's own.
  private func result(of runner: EvalRunner) async throws -> EvalRunner.Outcome {
    if qrels != nil, topics == nil { return try await runner.report(part: queries, on: nil) }
    let encoder = try encoder.load()
    let reranker = try reranker.load()
    guard encoder != nil || topics != nil || mode.allSatisfy({ $0 == .lexical }) else {
      throw ValidationError("--mode vector and hybrid need an encoder")
    }
    let modes =
      mode.isEmpty ? (encoder == nil ? [.lexical] : [.lexical, .vector, .hybrid]) : mode
    var ways = modes.map { EvalWay($0) }
    if reranker != nil { ways.append(EvalWay(reranking: encoder == nil ? .lexical : .hybrid)) }
    func target(_ directory: String, _ access: Engine.Access) async throws -> EvalRunner.Target {
      var limits = Limits()
      limits.hitCount = EvalRunner.hitLimit
      return EvalRunner.Target(
        engine: try await Engine.open(
          at: directory, encoder: encoder, reranker: reranker, for: access, limits: limits),
        ways: ways)
    }
    if topics != nil {
      return try await runner.report(
        part: queries, on: target(IndexOptions.directory(index), .read))
    }
    try runner.check(ways, corpus: runner.evaluation.set.documents.map(\.id))
    let scratch = FileManager.default.temporaryDirectory.appending(path: "rag-eval-\(UUID())")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let target = try await target(index ?? scratch.path(percentEncoded: false), .write)
    try await runner.ingest(into: target.engine)
    return try await runner.report(part: queries, on: target)
  }
}
