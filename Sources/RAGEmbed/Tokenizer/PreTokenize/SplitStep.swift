/// One step that cuts a text into words.
struct SplitStep: Sendable, Hashable {
  enum Pattern: Sendable, Hashable {
    case expression(SplitPattern)
    case literal([UInt8])
  }

  /// What becomes of the matches.
  enum Behavior: Sendable, Hashable {
    /// Each is a word, and so is what lies between two.
    case isolated
    /// Each is a word, and what lies between is dropped.
    case kept
    /// Each is the end of the word before it.
    case mergedWithPrevious
    /// Each is the beginning of the word after it.
    case mergedWithNext
  }

  var pattern: Pattern
  var behavior = Behavior.isolated

  /// Calls `body` with the range of every word, in order, until it returns false.
  func forEach(
    in bytes: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Bool
  ) -> Bool {
    // What is not yet in a word begins here.
    var open = 0
    var offset = 0
    while offset < bytes.count {
      guard let end = end(from: offset, in: bytes) else {
        offset += bytes.scalar(at: offset).length
        continue
      }
      let match = offset..<end
      offset = end
      switch behavior {
      case .isolated:
        if open < match.lowerBound, !body(open..<match.lowerBound) { return false }
        if !body(match) { return false }
        open = end
      case .kept:
        if !body(match) { return false }
        open = end
      case .mergedWithPrevious:
        if !body(open..<end) { return false }
        open = end
      case .mergedWithNext:
        if open < match.lowerBound, !body(open..<match.lowerBound) { return false }
        open = match.lowerBound
      }
    }
    return open == bytes.count || behavior == .kept || body(open..<bytes.count)
  }

  private func end(from start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    switch pattern {
    case .expression(let pattern): return pattern.end(from: start, in: bytes)
    case .literal(let literal):
      guard bytes.count - start >= literal.count,
        literal.indices.allSatisfy({ bytes[start + $0] == literal[$0] })
      else { return nil }
      return start + literal.count
    }
  }

  /// Whether the step sees something else in a text that is cut before `separator`, where that
  /// stands between two visible characters.
  func mayCross(_ separator: Unicode.Scalar) -> Bool {
    switch pattern {
    case .expression(let pattern):
      return (behavior != .isolated && behavior != .kept) || pattern.mayCross(separator)
    case .literal(let literal):
      let scalars = String(decoding: literal, as: UTF8.self).unicodeScalars
      guard scalars.count == 1 else { return true }
      switch behavior {
      case .isolated, .kept: return false
      case .mergedWithPrevious: return scalars.first == separator
      case .mergedWithNext: return scalars.first != separator
      }
    }
  }

  /// Whether the step cuts a text before `separator` wherever it stands so.
  func cuts(before separator: Unicode.Scalar) -> Bool {
    switch pattern {
    case .expression(let pattern): pattern.alwaysMatches(separator)
    case .literal(let literal):
      behavior != .mergedWithPrevious && literal == Array(String(separator).utf8)
    }
  }
}
