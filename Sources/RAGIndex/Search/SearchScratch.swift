/// The working memory of one search at a time.
///
/// `@unchecked Sendable`: it is either in the keeping of one search or idle in a
/// ``SearchScratchPool``, which hands it over under a lock.
final class SearchScratch: @unchecked Sendable {
  /// The round in which each slot was last visited: clearing is counting up.
  private var tags = AlignedBuffer<UInt8>(capacity: 0)
  private var round: UInt8 = 0
  private var pool = AlignedBuffer<Candidate>(capacity: 0)
  private var peerRoom = AlignedBuffer<Candidate>(capacity: 0)
  /// Room for what one call of a kernel scores.
  let slots: UnsafeMutablePointer<UInt32>
  let scores: UnsafeMutablePointer<Float>
  let query = QueryRoom()
  var selection = LinkSelection()

  /// Nodes gathered for one call of a kernel: at least the links of one node.
  static let batch = 2 * HNSWParameters.degrees.upperBound

  init() {
    slots = .allocate(capacity: Self.batch)
    scores = .allocate(capacity: Self.batch)
  }

  deinit {
    slots.deallocate()
    scores.deallocate()
  }

  /// The set of visited slots, empty, for slots below `slotCount`. It is valid until the next one
  /// is asked for.
  /// - Complexity: O(1), but O(slotCount) in each 255th call.
  func visited(slotCount: Int) -> VisitedSet {
    if tags.capacity < slotCount || round == .max {
      // Growth clears what is new only, so old rounds are cleared with it.
      tags.reserve(slotCount)
      tags.base.update(repeating: 0, count: tags.capacity)
      round = 0
    }
    round += 1
    return VisitedSet(tags: tags.base, round: round)
  }

  /// An empty pool, valid until the next one is asked for.
  func pool(capacity: Int, tieLimit: Int = .max) -> CandidatePool {
    // One entry more, since an insertion moves the worst of a full pool behind the end.
    pool.reserve(capacity + 1)
    return CandidatePool(storage: pool.base, capacity: capacity, tieLimit: tieLimit)
  }

  /// The same in memory of its own, so that both can be in use.
  func peerPool(capacity: Int, tieLimit: Int) -> CandidatePool {
    peerRoom.reserve(capacity + 1)
    return CandidatePool(storage: peerRoom.base, capacity: capacity, tieLimit: tieLimit)
  }
}

/// The slots that a walk has seen.
struct VisitedSet {
  fileprivate let tags: UnsafeMutablePointer<UInt8>
  fileprivate let round: UInt8

  /// Adds a slot and tells whether it is new.
  @inline(__always)
  func insert(_ slot: UInt32) -> Bool {
    if tags[Int(slot)] == round { return false }
    tags[Int(slot)] = round
    return true
  }
}

/// Room for one query in all its forms.
final class QueryRoom {
  private var floatRoom = AlignedBuffer<Float>(capacity: 0)
  private var workRoom = AlignedBuffer<Float>(capacity: 0)
  private var highRoom = AlignedBuffer<Int8>(capacity: 0)
  private var lowRoom = AlignedBuffer<Int8>(capacity: 0)

  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    floatRoom.reserve(count)
    return floatRoom.base
  }

  func work(_ count: Int) -> UnsafeMutablePointer<Float> {
    workRoom.reserve(count)
    return workRoom.base
  }

  /// Zeros for `count` elements in both parts.
  func parts(_ count: Int) -> (high: UnsafeMutablePointer<Int8>, low: UnsafeMutablePointer<Int8>) {
    highRoom.reserve(count)
    lowRoom.reserve(count)
    highRoom.base.update(repeating: 0, count: count)
    lowRoom.base.update(repeating: 0, count: count)
    return (highRoom.base, lowRoom.base)
  }
}
