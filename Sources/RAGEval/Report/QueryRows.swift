import Foundation
import RAGCore

/// Writes the values of every query, a row each.
public enum QueryRows {
  /// Proves that there is a directory for the file, before anything is measured.
  ///
  /// - Throws: ``RAGError`` of code `io`.
  public static func requireWritable(_ path: String) throws {
    try TextFile.requireWritable(path)
  }

  /// Writes rows of set, lane, query and metrics: with tabs between them, after a row of names, when
  /// the name of the file ends in `.tsv`; as JSON lines otherwise.
  ///
  /// - Throws: ``RAGError`` of code `io` or `diskFull`.
  public static func write(
    _ report: EvaluationReport, metrics: [String], to path: String
  ) throws {
    let text =
      path.hasSuffix(".tsv") ? tsv(report, metrics) : try jsonLines(report)
    try TextFile.write(text, to: path)
  }

  private static func tsv(_ report: EvaluationReport, _ metrics: [String]) -> String {
    var text = (["set", "lane", "query"] + metrics).joined(separator: "\t") + "\n"
    forEach(report) { set, lane, query, values in
      let figures = metrics.map { "\(values[$0] ?? 0)" }
      text += ([set, lane, query] + figures).joined(separator: "\t") + "\n"
    }
    return text
  }

  private static func jsonLines(_ report: EvaluationReport) throws -> String {
    struct Row: Encodable {
      var set: String
      var lane: String
      var query: String
      var metrics: [String: Double]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var text = ""
    try forEach(report) { set, lane, query, values in
      let row = Row(set: set, lane: lane, query: query, metrics: values)
      text += String(decoding: try encoder.encode(row), as: UTF8.self) + "\n"
    }
    return text
  }

  private static func forEach(
    _ report: EvaluationReport,
    _ body: (_ set: String, _ lane: String, _ query: String, [String: Double]) throws -> Void
  ) rethrows {
    for set in report.sets {
      for lane in set.lanes {
        for (query, values) in lane.queries.sorted(by: { $0.key < $1.key }) {
          try body(set.set, lane.lane, query, values)
        }
      }
    }
  }
}
