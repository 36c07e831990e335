import RAGCore

extension MutableGraph {
  /// Midpoints of two vectors that stand in for queries.
  private static let samples = 192

  /// Measures which recall each slack of a walk gives, and keeps the outcome for
  /// ``SearchEffort/recall(_:)``.
  ///
  /// The queries are midpoints of two vectors of the graph. They lie between texts, as questions
  /// do, and are somewhat harder than those: vectors of the graph itself, or near it, are far
  /// easier to find the neighbours of.
  /// - Throws: ``RAGError`` of code `cancelled`.
  /// - Complexity: O(192 · count · dimension) for the true neighbours.
  public func calibrate(threads: Int) throws {
    try changing.writing {
      let view = view
      guard live.count > 4 * Self.samples, entry != GraphView.none else { return }
      let slots = live.slots
      let nodes = slots.sorted { a, b in
        let (x, y) = (hash(a), hash(b))
        return x != y ? x < y : ids.base[Int(a)] < ids.base[Int(b)]
      }
      let measured = try parallelMap(count: Self.samples, threads: threads) { index in
        scratches.withScratch {
          measure(nodes[2 * index], nodes[2 * index + 1], among: slots, view, $0)
        }
      }
      var recalls = Calibration.slacks.indices.map { column in
        Float(measured.reduce(0) { $0 + $1[column].right })
          / Float(Calibration.k * measured.count)
      }
      for index in recalls.indices.dropFirst() {
        recalls[index] = max(recalls[index], recalls[index - 1])
      }
      let distances = Calibration.slacks.indices.map { column in
        Float(measured.reduce(0) { $0 + $1[column].distances }) / Float(measured.count)
      }
      lock.writing { calibration = Calibration(recalls: recalls, distances: distances) }
    }
  }

  private func hash(_ slot: UInt32) -> UInt64 { mixed(~UInt64(bitPattern: ids.base[Int(slot)])) }

  private struct Measure {
    var right: Int
    var distances: Int
  }

  /// Searches for the midpoint of two nodes, once with each slack.
  private func measure(
    _ a: UInt32, _ b: UInt32, among nodes: [UInt32], _ view: GraphView, _ scratch: SearchScratch
  ) -> [Measure] {
    let codes = byteCodes
    var target = MidpointTarget(a, b, codes, view.vectors)
    var truth = scratch.pool(capacity: Calibration.k)
    for start in stride(from: 0, to: nodes.count, by: SearchScratch.batch) {
      let count = min(SearchScratch.batch, nodes.count - start)
      for index in 0..<count { scratch.slots[index] = nodes[start + index] }
      target.fineScore(scratch.slots, count, into: scratch.scores)
      for index in 0..<count {
        truth.insert(scratch.slots[index], score: scratch.scores[index])
      }
    }
    let bar = truth[Calibration.k - 1].score
    return Calibration.slacks.map { slack in
      let before = target.distances
      let limits = WalkLimits(
        capacity: WalkLimits.widest(k: Calibration.k), slack: slack,
        anchor: WalkLimits.anchor(k: Calibration.k),
        ceiling: target.ceiling(isUnit: metric == .cosine),
        margin: 2 * target.roundingError)
      var pool = scratch.pool(capacity: limits.capacity)
      // In memory nothing is checked, so nothing is thrown.
      if let start = try? view.descend(to: 0, &target, scratch) {
        pool.insert(start.slot, score: start.score)
        _ = try? view.walk(
          0, &target, pool: &pool, limits: limits,
          visited: scratch.visited(slotCount: slotCount), scratch)
      }
      let best = min(GraphView.rerankCount(Calibration.k), pool.count)
      for index in 0..<best { scratch.slots[index] = pool[index].slot }
      target.fineScore(scratch.slots, best, into: scratch.scores)
      let right = (0..<best).count { scratch.scores[$0] >= bar }
      return Measure(right: min(Calibration.k, right), distances: target.distances - before)
    }
  }
}

/// The midpoint of two nodes. The squared distance to it is, but for a constant, the mean of those
/// to the two.
private struct MidpointTarget: WalkTarget {
  private let nodes: (UInt32, UInt32)
  private var targets: (NodeTarget, NodeTarget)
  private let rooms = (QueryRoom(), QueryRoom())
  private let codes: ByteCodes
  private let others = UnsafeScores()

  init(_ a: UInt32, _ b: UInt32, _ codes: ByteCodes, _ vectors: CodedVectors) {
    nodes = (a, b)
    self.codes = codes
    targets = (
      NodeTarget(a, codes, vectors, rooms.0), NodeTarget(b, codes, vectors, rooms.1)
    )
  }

  var distances: Int { targets.0.distances }

  /// That of a score, of two whose errors are independent.
  var roundingError: Float { targets.0.roundingError(nodes.1) / Float(2).squareRoot() }

  mutating func score(
    _ slots: UnsafePointer<UInt32>, _ count: Int, into scores: UnsafeMutablePointer<Float>
  ) {
    targets.0.score(slots, count, into: scores)
    targets.1.score(slots, count, into: others.base)
    for index in 0..<count { scores[index] = (scores[index] + others.base[index]) / 2 }
  }

  func fineScore(
    _ slots: UnsafePointer<UInt32>, _ count: Int, into scores: UnsafeMutablePointer<Float>
  ) {
    codes.scores(of: nodes.0, slots, count, into: scores)
    codes.scores(of: nodes.1, slots, count, into: others.base)
    for index in 0..<count { scores[index] = (scores[index] + others.base[index]) / 2 }
  }

  /// The highest score there can be: that of the midpoint itself, or where all vectors have
  /// length 1, of the midpoint brought to that length.
  func ceiling(isUnit: Bool) -> Float {
    var other = nodes.1
    codes.scores(of: nodes.0, &other, 1, into: others.base)
    let squaredDistance = -others.base[0]
    guard isUnit else { return -squaredDistance / 4 }
    let gap = 1 - max(0, 1 - squaredDistance / 4).squareRoot()
    return -squaredDistance / 4 - gap * gap
  }
}

/// Room for the scores of one call.
private final class UnsafeScores {
  let base = UnsafeMutablePointer<Float>.allocate(capacity: SearchScratch.batch)

  deinit { base.deallocate() }
}
