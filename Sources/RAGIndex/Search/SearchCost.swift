/// What a walk and a scan of the same vectors are expected to cost, in scores of a scan of rows
/// that follow each other.
struct SearchCost {
  private let walkScores: Double
  private let scanCost: Double
  private let walkCost: Double

  /// A score on a walk costs about four in a sequential scan: it waits for memory, and for the
  /// bookkeeping of candidates. One in a scan of scattered rows costs about two (all measured on
  /// text embeddings of 384 dimensions).
  private static let scatteredCost = 2.0
  private static let walkingCost = 4.0

  init(view: GraphView, limits: WalkLimits, allowed: Int?) {
    let count = Double(view.count)
    let selected = Double(allowed ?? view.count)
    // Rows next to each other are still fetched together where most are allowed.
    let isDense = selected > count / 4
    scanCost = allowed == nil ? count : selected * (isDense ? 1.5 : Self.scatteredCost)
    // To keep as many allowed nodes, a walk has to meet others in proportion.
    walkScores = min(count, view.calibration.scores(limits, count: view.count) * count / selected)
    walkCost = walkScores * Self.walkingCost
  }

  var walkPays: Bool { walkCost < scanCost * 0.8 }

  /// Scores after which a filtered walk is given up: the scan that follows makes it at most half as
  /// dear again as the scan alone.
  var walkBudget: Int { Int(min(max(2 * walkScores, 256), scanCost / (2 * Self.walkingCost))) }
}
