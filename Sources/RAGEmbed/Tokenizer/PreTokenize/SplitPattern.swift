/// A regular expression that cuts a text into words, of the kind that decoders' tokenizers have:
/// alternatives of runs of one class each, with contractions or a negative look-ahead at the end.
///
/// It is matched by trying, the first alternative that fits before all others, as Oniguruma does.
/// At most two runs of an alternative have no bound, and what follows the second cannot fail, so
/// that a try takes no more than a constant number of passes over the bytes that it looks at.
struct SplitPattern: Sendable, Hashable {
  /// One step of an alternative.
  struct Part: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
      case run
      /// One of several short sequences, as in `(?i:'s|'t)`.
      case choice
      /// `(?!…)`
      case notBefore
    }

    var kind = Kind.run
    var set = ScalarClass()
    var choices: [[ScalarClass]] = []
    var minimum = 1
    var maximum = 1
    /// Gives nothing back to what follows.
    var isPossessive = false
    /// Whether the alternative ends here.
    var isLast = false
  }

  /// The alternatives one after the other.
  private let parts: [Part]
  private let starts: [Int]
  /// Which alternatives may start with an ASCII byte, a bit for each.
  private let byFirstByte: [UInt32]

  static let maximumAlternativeCount = 32

  /// Takes alternatives, at most ``maximumAlternativeCount`` that are not empty.
  init(_ alternatives: [[Part]]) {
    var parts: [Part] = []
    var starts: [Int] = []
    for alternative in alternatives {
      starts.append(parts.count)
      parts += alternative
      parts[parts.count - 1].isLast = true
    }
    self.parts = parts
    self.starts = starts
    byFirstByte = (UInt8(0)..<0x80).map { byte in
      alternatives.enumerated().reduce(0) { mask, alternative in
        Self.mayStart(alternative.element, with: byte) ? mask | 1 << alternative.offset : mask
      }
    }
  }

  private static func mayStart(_ alternative: [Part], with byte: UInt8) -> Bool {
    for part in alternative {
      switch part.kind {
      case .run: if part.set.contains(ascii: byte) { return true }
      case .choice:
        if part.choices.contains(where: { $0.first?.contains(ascii: byte) ?? true }) { return true }
      case .notBefore: return true
      }
      if part.minimum > 0 { return false }
    }
    return false
  }

  /// Where the match that starts at an offset ends; nil where there is none.
  func end(from start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let first = bytes[start]
    var open = first < 0x80 ? byFirstByte[Int(first)] : .max
    return parts.withUnsafeBufferPointer { parts in
      while open != 0 {
        let alternative = open.trailingZeroBitCount
        if alternative >= starts.count { return nil }
        open &= open - 1
        if let end = match(parts, starts[alternative], at: start, in: bytes) { return end }
      }
      return nil
    }
  }

  private func match(
    _ parts: UnsafeBufferPointer<Part>, _ index: Int, at start: Int,
    in bytes: UnsafeBufferPointer<UInt8>
  ) -> Int? {
    switch parts[index].kind {
    case .notBefore:
      // The last of its alternative.
      guard start < bytes.count else { return start }
      return parts[index].set.contains(bytes.scalar(at: start).value) ? nil : start
    case .choice:
      for choice in parts[index].choices {
        if let end = Self.end(of: choice, from: start, in: bytes) { return end }
      }
      return parts[index].minimum == 0 ? start : nil
    case .run:
      var end = start
      var count = 0
      while count < parts[index].maximum, end < bytes.count {
        let byte = bytes[end]
        if byte < 0x80 {
          guard parts[index].set.contains(ascii: byte) else { break }
          end += 1
        } else {
          let (scalar, length) = bytes.scalar(at: end)
          guard parts[index].set.contains(scalar) else { break }
          end += length
        }
        count += 1
      }
      if count < parts[index].minimum { return nil }
      if parts[index].isLast { return end }
      while true {
        if let end = match(parts, index + 1, at: end, in: bytes) { return end }
        guard count > parts[index].minimum, !parts[index].isPossessive,
          let last = bytes.scalarStart(before: end)
        else { return nil }
        end = last
        count -= 1
      }
    }
  }

  private static func end(
    of choice: [ScalarClass], from start: Int, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Int? {
    var end = start
    for set in choice {
      guard end < bytes.count else { return nil }
      let (scalar, length) = bytes.scalar(at: end)
      guard set.contains(scalar) else { return nil }
      end += length
    }
    return end
  }
}

extension SplitPattern {
  /// Visible characters beside which ``TextBlocks`` cuts, at least one of each kind.
  private static let solid =
    (UInt8(0x21)...0x7E).map { Unicode.Scalar($0) }
    + ["\u{3001}", "\u{3002}", "\u{4000}", "\u{4DC0}", "\u{4E00}", "\u{9FFF}"]

  private static func holdsSolid(_ set: ScalarClass) -> Bool { solid.contains(where: set.contains) }

  /// Whether a match may hold a visible character and, after it, `separator`, or look across.
  func mayCross(_ separator: Unicode.Scalar) -> Bool {
    var holdsSolid = false
    for part in parts {
      switch part.kind {
      case .run:
        let isSolid = Self.holdsSolid(part.set)
        if part.set.contains(separator), holdsSolid || (isSolid && part.maximum > 1) { return true }
        holdsSolid = holdsSolid || isSolid
      case .choice:
        if part.choices.joined().contains(where: { $0.contains(separator) }) { return true }
      case .notBefore: if holdsSolid { return true }
      }
      if part.isLast { holdsSolid = false }
    }
    return false
  }

  /// Whether there is a match wherever `separator` stands.
  func alwaysMatches(_ separator: Unicode.Scalar) -> Bool {
    starts.contains { start in
      guard parts[start].kind == .run, parts[start].minimum == 1,
        parts[start].set.contains(separator)
      else { return false }
      var index = start
      while !parts[index].isLast {
        index += 1
        if parts[index].minimum > 0 { return false }
      }
      return true
    }
  }
}
