/// A node met on a walk, with its score.
struct Candidate {
  var score: Float
  var slot: UInt32
  /// Whether its links have been followed.
  var isExpanded = false
}

/// The best nodes of a walk, sorted, of bounded number.
///
/// One array serves as both heaps of Algorithm 2: the candidates C are its entries not yet
/// expanded, the results W all its entries. A node that ties with the worst of a full pool stays
/// outside, so that a walk among equal vectors ends.
struct CandidatePool: ~Copyable {
  private let entries: UnsafeMutablePointer<Candidate>
  private let capacity: Int
  /// Entries of one score: where hundreds of vectors are equal, they must not fill the pool, or
  /// the walk never leaves them.
  private let tieLimit: Int
  private(set) var count = 0
  /// All entries before it are expanded.
  private var cursor = 0

  /// `storage` has room for `capacity` entries and one more; `capacity` is at least one.
  init(storage: UnsafeMutablePointer<Candidate>, capacity: Int, tieLimit: Int) {
    entries = storage
    self.capacity = capacity
    self.tieLimit = tieLimit
  }

  subscript(index: Int) -> Candidate {
    @inline(__always) get { entries[index] }
  }

  /// The score that a node has to surpass.
  @inline(__always)
  var threshold: Float { count < capacity ? -.infinity : entries[capacity &- 1].score }

  /// Puts a node at its place, behind those of equal score. Returns whether its links are likely to
  /// be followed next.
  /// - Complexity: O(capacity) moves, few in the late part of a walk.
  @discardableResult @inline(__always)
  mutating func insert(_ slot: UInt32, score: Float) -> Bool {
    if count == capacity, score <= entries[capacity &- 1].score { return false }
    var low = 0
    var high = count
    while low < high {
      let middle = (low &+ high) >> 1
      if entries[middle].score < score { high = middle } else { low = middle &+ 1 }
    }
    if low >= tieLimit, entries[low &- tieLimit].score == score { return false }
    if count == capacity { count &-= 1 }
    (entries + (low &+ 1)).update(from: entries + low, count: count &- low)
    entries[low] = Candidate(score: score, slot: slot)
    count &+= 1
    if low < cursor { cursor = low }
    return low <= cursor &+ 1
  }

  /// A node whose links are likely to be followed after the next: the third from the first that is
  /// not expanded.
  @inline(__always)
  var upcoming: UInt32? {
    let index = cursor &+ 2
    return index < count && !entries[index].isExpanded ? entries[index].slot : nil
  }

  /// The best entry not yet expanded, which is marked as expanded; nil when none is left.
  @inline(__always)
  mutating func next() -> Candidate? {
    while cursor < count {
      if !entries[cursor].isExpanded {
        entries[cursor].isExpanded = true
        return entries[cursor]
      }
      cursor &+= 1
    }
    return nil
  }

  /// Makes all entries starting points of a walk on another level.
  mutating func restart() {
    for index in 0..<count { entries[index].isExpanded = false }
    cursor = 0
  }
}
