import Foundation
import RAGIndex

/// Speed against recall, by `ef` and by the recall asked for.
struct CurveFigures: Encodable {
  /// `ef` or `recall`: which effort the points of a curve are given.
  private enum Mode: String, Encodable { case ef, recall }

  private static let efs = [10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768]
  private static let targets = [0.8, 0.85, 0.9, 0.93, 0.95, 0.96, 0.97, 0.98, 0.99, 0.995, 0.999]

  private let curve: [CurvePoint]
  private let curveRecall: [CurvePoint]
  private let maxRecall: Double
  /// By the percentage of recall.
  private var qps: [Int: Double] = [:]
  private var qpsByEf: [String: Double] = [:]
  private var qpsByRecall: [String: Double] = [:]
  private var qpsMode: [String: Mode] = [:]

  /// The effort of the first point with a recall of 0.99 on the better curve, else of its last.
  var effort99: SearchEffort {
    let curve = qpsMode["99"] == .recall ? curveRecall : curve
    return curve.first { $0.recall >= 0.99 }?.effort ?? .ef(efForChanges)
  }

  /// The first `ef` with a recall of 0.99, else the highest.
  var efForChanges: Int { firstPoint(99)?.ef ?? Self.efs[Self.efs.count - 1] }

  init(of index: any VectorSearching, workload: Workload) throws {
    let points =
      Self.efs.map { CurvePoint(ef: $0) } + Self.targets.map { CurvePoint(target: $0) }
    let measured = try workload.measure(
      points.map { Search(index: index, queries: workload.prepared($0.effort)) })
    let known = zip(points, measured).map { $0.with($1) }
    for point in known { note(point.description) }
    curve = Array(known.prefix(Self.efs.count))
    curveRecall = Array(known.dropFirst(Self.efs.count))
    maxRecall = curve.map(\.recall).max() ?? 0
    for percent in [90, 95, 99] {
      let byEf = speed(curve, at: Double(percent) / 100)
      let byRecall = speed(curveRecall, at: Double(percent) / 100)
      qpsByEf[String(percent)] = byEf
      qpsByRecall[String(percent)] = byRecall
      guard let best = [byEf, byRecall].compactMap({ $0 }).max() else { continue }
      qps[percent] = best
      qpsMode[String(percent)] = best == byRecall ? .recall : .ef
    }
  }

  private func firstPoint(_ percent: Int) -> CurvePoint? {
    curve.first { $0.recall >= Double(percent) / 100 }
  }

  private enum CodingKeys: String, CodingKey {
    case curve
    case curveRecall = "curve_recall"
    case maxRecall = "max_recall"
    case qps90 = "qps_90"
    case qps95 = "qps_95"
    case qps99 = "qps_99"
    case qpsMode = "qps_mode"
    case qpsByEf = "qps_ef"
    case qpsByRecall = "qps_recall"
    case ef95 = "ef_95"
    case ef99 = "ef_99"
    case ndis95 = "ndis_95"
    case ndis99 = "ndis_99"
  }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(curve, forKey: .curve)
    try fields.encode(curveRecall, forKey: .curveRecall)
    try fields.encode(maxRecall, forKey: .maxRecall)
    try fields.encode(qps[90], forKey: .qps90)
    try fields.encode(qps[95], forKey: .qps95)
    try fields.encode(qps[99], forKey: .qps99)
    try fields.encode(qpsMode, forKey: .qpsMode)
    try fields.encode(qpsByEf, forKey: .qpsByEf)
    try fields.encode(qpsByRecall, forKey: .qpsByRecall)
    try fields.encodeIfPresent(firstPoint(95)?.ef, forKey: .ef95)
    try fields.encodeIfPresent(firstPoint(99)?.ef, forKey: .ef99)
    try fields.encodeIfPresent(firstPoint(95)?.ndis, forKey: .ndis95)
    try fields.encodeIfPresent(firstPoint(99)?.ndis, forKey: .ndis99)
  }
}

/// A search at one effort.
private struct CurvePoint: Encodable, CustomStringConvertible {
  /// The candidates kept, or
  var ef: Int?
  /// the recall asked for.
  var target: Double?
  var recall = 0.0
  var qps = 0.0
  var ndis = 0.0
  var hops = 0.0
  var plan = ""

  var effort: SearchEffort {
    if let ef { return .ef(ef) }
    return target.map { .recall($0) } ?? .exact
  }

  var description: String { "\(effort): recall \(recall), \(qps) QPS, \(ndis) distances, \(plan)" }

  func with(_ measured: Measured) -> CurvePoint {
    CurvePoint(
      ef: ef, target: target, recall: measured.recall, qps: measured.qps,
      ndis: measured.distances, hops: measured.hops, plan: measured.plan)
  }
}

/// The best speed at a recall, on lines between points next to each other in recall, straight for
/// the speed's logarithm; nil where the curve does not reach the recall.
private func speed(_ points: [CurvePoint], at recall: Double) -> Double? {
  let points = points.sorted { ($0.recall, $0.qps) < ($1.recall, $1.qps) }
  guard let first = points.first, let last = points.last, last.recall >= recall else { return nil }
  var speeds = zip(points, points.dropFirst()).compactMap { low, high -> Double? in
    guard low.recall < recall, recall <= high.recall else { return nil }
    let part = (recall - low.recall) / (high.recall - low.recall)
    return exp((1 - part) * log(low.qps) + part * log(high.qps))
  }
  if first.recall >= recall { speeds += points.map(\.qps) }
  return speeds.max()?.rounded(digits: 1)
}
