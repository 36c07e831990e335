import Foundation
import RAGCore

/// What a measurement is compared with.
public enum Baseline: Sendable {
  /// A run, with which every lane is compared.
  case run(Run)
  /// An earlier report, whose lanes are compared with those of the same name.
  case report(EvaluationReport)

  /// Reads a TREC run, or a report in JSON.
  ///
  /// - Throws: ``RAGError`` of code `notFound`, `io` or `invalidInput`.
  public init(contentsOf path: String) throws {
    let data = try TextLines.data(of: URL(fileURLWithPath: path))
    guard data.first == UInt8(ascii: "{") else {
      self = .run(try Run(trec: data, path: path))
      return
    }
    do {
      self = .report(try JSONDecoder().decode(EvaluationReport.self, from: data))
    } catch {
      throw RAGError(
        .invalidInput, "the file is not a report of 'rag eval --json'", path: path)
    }
  }

  /// The baseline with the queries of one part only.
  public func selecting(_ part: QueryPart) -> Baseline {
    switch self {
    case .run(let run): .run(run.selecting(part))
    case .report: self
    }
  }

  /// The ids that do not match those of a set; `corpus` holds the ids of the documents that can be
  /// found, nil where they are not known.
  public func missingIDs(set: JudgedSet, corpus: [String]?) -> MissingIDs {
    switch self {
    case .run(let run):
      var missing = run.missingIDs(qrels: set.qrels, corpus: corpus)
      // A run leaves out queries that found nothing, but not all.
      if run.unanswered(set.qrels) == set.qrels.grades.count {
        missing.add(.baselineQuery, set.qrels.grades.keys, notIn: run.lists.keys)
      }
      return missing
    case .report:
      var missing = MissingIDs()
      let measured = lanes(of: set.name).flatMap(\.queries.keys)
      missing.add(.baselineQuery, set.qrels.grades.keys, notIn: measured)
      return missing
    }
  }

  /// The judged queries for which a run found nothing; each counts 0.
  public func unanswered(_ set: JudgedSet) -> Int {
    guard case .run(let run) = self else { return 0 }
    return run.unanswered(set.qrels)
  }

  /// Proves that one lane at least can be compared, in one metric.
  ///
  /// - Throws: ``RAGError`` of code `invalidInput` that names those of the report.
  func requireAny(of names: [String], metrics: [String], set: String) throws {
    guard case .report = self else { return }
    let lanes = lanes(of: set)
    let known = lanes.map(\.lane)
    guard !Set(known).isDisjoint(with: names) else {
      throw RAGError(
        .invalidInput,
        "the baseline has none of \(names.joined(separator: ", ")) for the set \(set); "
          + (known.isEmpty ? "it has no such set" : "it has \(known.joined(separator: ", "))"))
    }
    let measured = Set(lanes.filter { names.contains($0.lane) }.flatMap(\.metrics.keys))
    guard measured.isDisjoint(with: metrics) else { return }
    throw RAGError(
      .invalidInput,
      "the baseline has none of \(metrics.joined(separator: ", ")) for the set \(set); it has "
        + "\(measured.sorted().joined(separator: ", ")): measure it again, or ask for one of these")
  }

  /// The baseline's scores for a lane of a set, nil where it knows nothing of that lane; `measure`
  /// measures a run as the lane was.
  func scores(
    lane: String, set: String, measure: (Run) throws -> Scores
  ) throws -> Scores? {
    switch self {
    case .run(let run): return try measure(run)
    case .report:
      guard let before = lanes(of: set).first(where: { $0.lane == lane }) else { return nil }
      return try Scores(metrics: Array(before.metrics.keys), queries: before.queries)
    }
  }

  /// The lanes of a report; a report of one set is that of `set` whatever its name.
  private func lanes(of set: String) -> [EvaluationReport.LaneReport] {
    guard case .report(let report) = self else { return [] }
    let before = report.sets.count == 1 ? report.sets[0] : report.sets.first { $0.set == set }
    return before?.lanes ?? []
  }
}
