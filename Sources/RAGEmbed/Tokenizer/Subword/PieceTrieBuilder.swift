/// Lays a ``PieceTrie`` out.
struct PieceTrieBuilder {
  static let rootIndex = 256
  private static let blockSize = 256
  /// Free units of older blocks are given up, so that finding a place stays cheap.
  private static let openBlockCount = 16
  /// Places that are tried before a new block is begun.
  private static let attemptCount = 48

  private(set) var units: [PieceTrie.Node] = []
  private let bytes: [UInt8]
  /// The pieces in order of their bytes, without duplicates.
  private var keys: [Key] = []

  /// The free units as a ring, and the unit to try next; -1 where there is none.
  private var next: [Int32] = []
  private var previous: [Int32] = []
  private var cursor: Int32 = -1
  private var isBase: [Bool] = []

  private struct Key {
    /// The first eight bytes, the first the most significant: most comparisons end here.
    var head: UInt64
    var start: Int
    var end: Int
    var token: Int32
  }

  init(_ pieces: ByteStrings, tokens: [Int32]) {
    bytes = pieces.bytes
    keys.reserveCapacity(pieces.count)
    for (index, token) in tokens.enumerated() {
      let range = pieces[index]
      if range.isEmpty { continue }
      var head: UInt64 = 0
      for offset in 0..<8 {
        let at = range.lowerBound + offset
        head = head << 8 | UInt64(at < range.upperBound ? bytes[at] : 0)
      }
      keys.append(.init(head: head, start: range.lowerBound, end: range.upperBound, token: token))
    }
    sortKeys()
  }

  private mutating func sortKeys() {
    bytes.withUnsafeBufferPointer { bytes in
      func isLess(_ first: Key, _ second: Key) -> Bool {
        if first.head != second.head { return first.head < second.head }
        var (one, other) = (first.start + 8, second.start + 8)
        while one < first.end, other < second.end {
          if bytes[one] != bytes[other] { return bytes[one] < bytes[other] }
          one += 1
          other += 1
        }
        // The shorter first; equal pieces in the order they came.
        let (count, otherCount) = (first.end - first.start, second.end - second.start)
        return count != otherCount ? count < otherCount : first.start < second.start
      }
      keys.sort(by: isLess)
      var count = 0
      for index in keys.indices {
        let key = keys[index]
        if index + 1 < keys.count {
          let after = keys[index + 1]
          let isRepeated =
            key.head == after.head && key.end - key.start == after.end - after.start
            && bytes[key.start..<key.end].elementsEqual(bytes[after.start..<after.end])
          if isRepeated { continue }
        }
        keys[count] = key
        count += 1
      }
      keys.removeSubrange(count...)
    }
  }

  /// Places every node, parents first.
  mutating func build() {
    units.reserveCapacity(bytes.count * 2)
    // Block 0 stays free: nodes without children point there.
    addBlock()
    for unit in 0..<Self.blockSize { take(unit) }
    addBlock()
    take(Self.rootIndex)
    units[Self.rootIndex] = 0
    var open = [(unit: Self.rootIndex, keys: 0..<keys.count, depth: 0)]
    var children: [(byte: UInt8, keys: Range<Int>)] = []
    while let (unit, range, depth) = open.popLast() {
      var first = range.lowerBound
      // The piece that ends at this node is the shortest and so the first.
      if first < range.upperBound, keys[first].end - keys[first].start == depth {
        units[unit] |= PieceTrie.Node(UInt32(truncatingIfNeeded: keys[first].token) &+ 1) << 39
        first += 1
      }
      if first == range.upperBound { continue }
      children.removeAll(keepingCapacity: true)
      while first < range.upperBound {
        let byte = bytes[keys[first].start + depth]
        var end = first + 1
        while end < range.upperBound, bytes[keys[end].start + depth] == byte { end += 1 }
        children.append((byte, first..<end))
        first = end
      }
      let base = place(children)
      isBase[base] = true
      units[unit] |= PieceTrie.Node(base)
      for child in children.reversed() {
        let place = base ^ Int(child.byte)
        take(place)
        units[place] = PieceTrie.Node(UInt64(child.byte) + 1) << 30
        open.append((place, child.keys, depth + 1))
      }
    }
  }

  /// Finds a base at which all children are free.
  private mutating func place(_ children: [(byte: UInt8, keys: Range<Int>)]) -> Int {
    let first = Int(children[0].byte)
    var candidate = cursor
    for _ in 0..<Self.attemptCount where candidate >= 0 {
      let base = Int(candidate) ^ first
      if !isBase[base], children.allSatisfy({ isFree(base ^ Int($0.byte)) }) {
        cursor = candidate
        return base
      }
      candidate = next[Int(candidate)]
    }
    cursor = candidate
    let start = units.count
    addBlock()
    return start
  }

  private func isFree(_ unit: Int) -> Bool { next[unit] >= 0 }

  private mutating func addBlock() {
    let start = units.count
    units.append(contentsOf: repeatElement(0, count: Self.blockSize))
    next.append(contentsOf: repeatElement(-1, count: Self.blockSize))
    previous.append(contentsOf: repeatElement(-1, count: Self.blockSize))
    isBase.append(contentsOf: repeatElement(false, count: Self.blockSize))
    let closed = start - Self.openBlockCount * Self.blockSize
    if closed >= 0 {
      for unit in closed..<(closed + Self.blockSize) where isFree(unit) { take(unit) }
    }
    for unit in Int32(start)..<Int32(start + Self.blockSize) {
      if cursor < 0 {
        (next[Int(unit)], previous[Int(unit)], cursor) = (unit, unit, unit)
      } else {
        // Before the cursor, which is the end of the ring.
        let last = previous[Int(cursor)]
        (next[Int(last)], previous[Int(unit)]) = (unit, last)
        (next[Int(unit)], previous[Int(cursor)]) = (cursor, unit)
      }
    }
  }

  /// Takes a unit out of the ring.
  private mutating func take(_ unit: Int) {
    let (after, before) = (next[unit], previous[unit])
    (next[Int(before)], previous[Int(after)]) = (after, before)
    next[unit] = -1
    if cursor == Int32(unit) { cursor = after == Int32(unit) ? -1 : after }
  }
}
