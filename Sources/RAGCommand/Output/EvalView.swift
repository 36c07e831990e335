import RAGEval

/// Shows what `rag eval` measured.
struct EvalView {
  /// The metrics, in the order of the columns.
  var metrics: [String]
  var terminal: Terminal

  func text(_ report: EvaluationReport) -> String {
    report.sets.map(text).joined(separator: "\n")
  }

  private func text(_ set: EvaluationReport.SetReport) -> String {
    var facts = [Figures.count(set.judgedQueries, "query", plural: "queries")]
    if set.part != .all { facts[0] += " (the \(set.part.rawValue) half)" }
    if let documents = set.documents { facts.insert(Figures.count(documents, "document"), at: 0) }
    if let bytes = set.indexBytes { facts.append("index of \(Figures.bytes(bytes))") }
    var text = "\(Printable.line(set.set)): \(facts.joined(separator: ", "))\n"

    let isTimed = set.lanes.contains { $0.latency != nil }
    var lanes = Grid(["lane"] + metrics + (isTimed ? ["p50 ms", "p95 ms", "p99 ms"] : []))
    for lane in set.lanes {
      let times = lane.latency.map { [$0.p50, $0.p95, $0.p99].map { Figures.decimal($0, 2) } }
      lanes.add(
        [Printable.line(lane.lane)] + metrics.map { Figures.decimal(lane.metrics[$0] ?? 0, 4) }
          + (isTimed ? times ?? ["–", "–", "–"] : []))
    }
    text += lanes.text(terminal)
    if let point = set.nearestNeighbours {
      text +=
        "\(Figures.decimal(point.recall, 4)) of the \(point.count) nearest vectors found "
        + "(asked for \(point.effort)), p50 \(Figures.decimal(point.latency.p50, 2)) ms, "
        + "\(Figures.count(Int(point.distances.rounded()))) distances\n"
    }
    return text + abstentions(set) + answers(set) + comparisons(set)
  }

  private func abstentions(_ set: EvaluationReport.SetReport) -> String {
    guard let minimum = set.lanes.lazy.compactMap(\.abstention?.minimumEvidence).first else {
      return ""
    }
    var grid = Grid(["lane", "AUC", "false", "", "correct", ""])
    for lane in set.lanes {
      guard let abstention = lane.abstention else { continue }
      let count = abstention.queries.count
      let cells = [abstention.falseAbstentions, abstention.correctAbstentions].flatMap {
        [Figures.count($0), Figures.decimal(Double($0) / Double(count), 3)]
      }
      grid.add([Printable.line(lane.lane), Figures.decimal(abstention.auc, 4)] + cells)
    }
    return
      "abstentions below \(minimum), with the relevant documents (false) and without (correct)\n"
      + grid.text(terminal)
  }

  private func answers(_ set: EvaluationReport.SetReport) -> String {
    guard let asked = set.lanes.lazy.compactMap(\.answers?.asked).first else { return "" }
    var grid = Grid([
      "lane", "answered", "citations", "precision", "recall", "supported", "exact",
    ])
    for lane in set.lanes {
      guard let answers = lane.answers else { continue }
      func share(_ value: Double?) -> String { value.map { Figures.decimal($0, 3) } ?? "-" }
      grid.add([
        Printable.line(lane.lane), Figures.count(answers.answered),
        Figures.count(answers.citations), share(answers.citationPrecision),
        share(answers.citationRecall), share(answers.supported), share(answers.spanExactness),
      ])
    }
    return "answers to \(Figures.count(asked, "question"))\n" + grid.text(terminal)
  }

  private func comparisons(_ set: EvaluationReport.SetReport) -> String {
    guard set.lanes.contains(where: { $0.comparisons != nil }) else { return "" }
    var grid = Grid(
      ["lane", "metric", "baseline", "difference", "p", "won", "lost"], leadingCount: 2)
    for lane in set.lanes {
      for comparison in lane.comparisons ?? [] {
        let sign = comparison.difference > 0 ? "+" : ""
        grid.add([
          Printable.line(lane.lane), comparison.metric, Figures.decimal(comparison.baseline, 4),
          sign + Figures.decimal(comparison.difference, 4), Figures.decimal(comparison.p, 4),
          "\(comparison.won)", "\(comparison.lost)",
        ])
      }
    }
    return "against the baseline\n" + grid.text(terminal)
  }

  /// Says on standard error what a reader of the figures has to know.
  static func showNotes(_ report: EvaluationReport) {
    for set in report.sets {
      for finding in set.missing {
        let examples = finding.examples.map { "`\($0)`" }.joined(separator: ", ")
        Messages.warning("\(set.set): \(finding.kind.rawValue): \(finding.count) (\(examples))")
      }
      for lane in set.lanes where lane.unanswered > 0 {
        let count = Figures.count(lane.unanswered, "judged query", plural: "judged queries")
        Messages.note("\(set.set), \(lane.lane): nothing found for \(count); each counts 0")
      }
    }
  }
}
