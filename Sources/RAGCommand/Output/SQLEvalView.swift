import RAGEval

/// Shows what `rag eval --sql` measured.
struct SQLEvalView {
  var terminal: Terminal

  func text(_ report: SQLEvaluationReport) -> String {
    report.sets.map(text).joined(separator: "\n")
  }

  private func text(_ set: SQLEvaluationReport.SetReport) -> String {
    var text = "\(Printable.line(set.set)): \(Figures.count(set.questions, "question"))"
    if let repairs = set.repairs {
      text +=
        ", \(Figures.count(repairs.total.queries, "broken query", plural: "broken queries"))"
    }
    text += "\n"
    if let model = set.model {
      let names = [SQLMetric.execution, .firstExecution].map(\.rawValue)
      var grid = Grid(["model"] + names + ["attempts", "unanswered"])
      grid.add(
        [Printable.line(model.name)] + names.map { Figures.decimal(model.metrics[$0] ?? 0, 4) }
          + [Figures.decimal(model.attempts, 2), "\(model.unanswered)"])
      text += grid.text(terminal)
    }
    guard let repairs = set.repairs else { return text }
    var grid = Grid(["prompts after a failure", "queries", SQLMetric.repairable.rawValue, ""])
    for (kind, count) in repairs.kinds.sorted(by: { $0.key < $1.key }) + [("all", repairs.total)] {
      grid.add([
        Printable.line(kind), "\(count.queries)", "\(count.repaired)",
        Figures.decimal(count.share, 4),
      ])
    }
    return text + grid.text(terminal)
  }
}
