/// Where a cut text's tokens go, with the byte range of each if they are wanted.
struct TokenSink {
  private(set) var tokens: [Int32] = []
  private(set) var ranges: [Range<Int>] = []
  let keepsRanges: Bool
  /// How many tokens are wanted; a few more may come.
  let limit: Int

  init(keepsRanges: Bool, limit: Int, byteCount: Int) {
    self.keepsRanges = keepsRanges
    self.limit = limit
    tokens.reserveCapacity(min(limit, byteCount / 4) + 8)
    if keepsRanges { ranges.reserveCapacity(tokens.capacity) }
  }

  @inline(__always)
  var isFull: Bool { tokens.count >= limit }

  @inline(__always)
  mutating func emit(_ token: Int32, _ range: @autoclosure () -> Range<Int>) {
    tokens.append(token)
    if keepsRanges { ranges.append(range()) }
  }
}
