/// A stretch of text on its way through the steps of a normaliser, and where each byte came from.
///
/// While the steps change nothing, or one scalar for another of as many bytes, byte `i` stands for
/// byte `i` of the stretch and no origins are kept.
struct NormalizedText: ~Copyable {
  /// Bytes of the stretch; 32 bits, for blocks are at most ``TextBlocks/maximumByteCount`` long.
  private struct Origin {
    var lower: UInt32
    var upper: UInt32
  }

  private(set) var bytes: [UInt8] = []
  /// The origin of each byte; empty while byte `i` stands for byte `i`.
  private var origins: [Origin] = []
  /// Where in the text the stretch starts.
  private var base = 0
  let tracksOrigins: Bool

  init(tracksOrigins: Bool) { self.tracksOrigins = tracksOrigins }

  private var isIdentity: Bool { origins.isEmpty }

  /// Starts over with bytes of the text.
  mutating func reset(to text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    bytes.removeAll(keepingCapacity: true)
    origins.removeAll(keepingCapacity: true)
    base = range.lowerBound
    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[range]))
  }

  /// Starts over, empty, for what a step makes of `source`.
  mutating func reset(for source: borrowing NormalizedText) {
    bytes.removeAll(keepingCapacity: true)
    origins.removeAll(keepingCapacity: true)
    base = source.base
  }

  /// The bytes of the text that a range of bytes came from, on scalar boundaries. Needs
  /// `tracksOrigins`.
  func origin(of range: Range<Int>) -> Range<Int> {
    guard !range.isEmpty else { return base..<base }
    if !isIdentity {
      let lower = Int(origins[range.lowerBound].lower)
      // Marks may have changed places.
      let upper = max(lower, Int(origins[range.upperBound - 1].upper))
      return (base + lower)..<(base + upper)
    }
    let scalars = scalarRange(around: range)
    return (base + scalars.lowerBound)..<(base + scalars.upperBound)
  }

  private func scalarRange(around range: Range<Int>) -> Range<Int> {
    var (lower, upper) = (range.lowerBound, range.upperBound)
    while lower > 0, bytes[lower] & 0xC0 == 0x80 { lower -= 1 }
    while upper < bytes.count, bytes[upper] & 0xC0 == 0x80 { upper += 1 }
    return lower..<upper
  }

  /// Appends bytes of `source` as they are.
  mutating func append(_ range: Range<Int>, of source: borrowing NormalizedText) {
    if range.isEmpty { return }
    if tracksOrigins {
      let isInPlace = isIdentity && source.isIdentity && bytes.count == range.lowerBound
      if !isInPlace {
        giveOrigins()
        if source.isIdentity {
          appendOwnOrigins(of: range, in: source.bytes)
        } else {
          origins.append(contentsOf: source.origins[range])
        }
      }
    }
    source.bytes.withUnsafeBufferPointer {
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range]))
    }
  }

  /// Appends one scalar that came from bytes of `source`.
  mutating func append(
    _ scalar: UnsafeBufferPointer<UInt8>, from range: Range<Int>,
    of source: borrowing NormalizedText
  ) {
    if tracksOrigins {
      let isInPlace =
        isIdentity && source.isIdentity && bytes.count == range.lowerBound
        && scalar.count == range.count
      if !isInPlace {
        giveOrigins()
        let whole = source.isIdentity ? source.scalarRange(around: range) : range
        let origin =
          source.isIdentity
          ? Origin(
            lower: UInt32(truncatingIfNeeded: whole.lowerBound),
            upper: UInt32(truncatingIfNeeded: whole.upperBound))
          : Origin(
            lower: source.origins[range.lowerBound].lower,
            upper: source.origins[range.upperBound - 1].upper)
        for _ in 0..<scalar.count { origins.append(origin) }
      }
    }
    bytes.append(contentsOf: scalar)
  }

  /// Appends scalars that all came from the same bytes of `source`.
  mutating func append(
    scalars: some Sequence<Unicode.Scalar>, from range: Range<Int>,
    of source: borrowing NormalizedText
  ) {
    for scalar in scalars {
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4) { buffer in
        var count = 0
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
          buffer[count] = byte
          count += 1
        }
        append(UnsafeBufferPointer(rebasing: buffer[..<count]), from: range, of: source)
      }
    }
  }

  /// Has the first scalar come from all that `source` has before it, too.
  mutating func takeFront(of source: borrowing NormalizedText) {
    guard let first = origins.first, !source.bytes.isEmpty else { return }
    let lower = source.isIdentity ? 0 : source.origins[0].lower
    var index = 0
    while index < origins.count, origins[index].lower == first.lower {
      origins[index].lower = lower
      index += 1
    }
  }

  /// Writes down the origins that were implied so far.
  private mutating func giveOrigins() {
    if !isIdentity || bytes.isEmpty { return }
    let range = bytes.indices
    appendOwnOrigins(of: range, in: bytes)
  }

  private mutating func appendOwnOrigins(of range: Range<Int>, in bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { bytes in
      var offset = range.lowerBound
      while offset < range.upperBound {
        let lead = bytes[offset]
        let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        let origin = Origin(
          lower: UInt32(truncatingIfNeeded: offset),
          upper: UInt32(truncatingIfNeeded: offset + length))
        for _ in 0..<length { origins.append(origin) }
        offset += length
      }
    }
  }
}
