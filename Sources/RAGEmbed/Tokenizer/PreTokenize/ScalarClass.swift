/// The scalars that one place of a regular expression takes, such as `[^\r\n\p{L}]`.
struct ScalarClass: Sendable, Hashable {
  /// A bit for each ``ScalarCategory``.
  private var categories: UInt32 = 0
  private var ranges: [ClosedRange<UInt32>] = []
  private var isNegated = false
  /// The ASCII of it, a bit for each.
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  /// No scalar.
  init() {}

  /// One scalar.
  init(_ scalar: Unicode.Scalar) { insert(scalar.value...scalar.value) }

  /// All scalars of some categories.
  init(categories: UInt32) { insert(categories: categories) }

  mutating func insert(categories: UInt32) {
    self.categories |= categories
    index()
  }

  mutating func insert(_ range: ClosedRange<UInt32>) {
    ranges.append(range)
    // Only what the range adds: a class may have many.
    guard range.lowerBound < 0x80 else { return }
    if isNegated { return index() }
    for value in range.lowerBound...min(range.upperBound, 0x7F) {
      if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
    }
  }

  mutating func formUnion(_ other: ScalarClass) {
    categories |= other.categories
    ranges += other.ranges
    index()
  }

  mutating func negate() {
    isNegated.toggle()
    index()
  }

  /// Takes Latin letters in both cases, and what Unicode folds to them.
  mutating func ignoreCase() {
    for value in UInt32(0x61)...0x7A where contains(value) || contains(value - 0x20) {
      ranges += [value...value, (value - 0x20)...(value - 0x20)]
      if value == 0x73 { ranges.append(0x17F...0x17F) }
      if value == 0x6B { ranges.append(0x212A...0x212A) }
    }
    index()
  }

  private mutating func index() {
    (low, high) = (0, 0)
    for value in UInt32(0)..<0x80 where find(Unicode.Scalar(UInt8(value))) {
      if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
    }
  }

  private func contains(_ value: UInt32) -> Bool {
    Unicode.Scalar(value).map(contains) ?? false
  }

  @inline(__always)
  func contains(ascii byte: UInt8) -> Bool {
    (byte < 64 ? low >> UInt64(byte) : high >> UInt64(byte & 63)) & 1 == 1
  }

  @inline(__always)
  func contains(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? contains(ascii: UInt8(truncatingIfNeeded: scalar.value)) : find(scalar)
  }

  private func find(_ scalar: Unicode.Scalar) -> Bool {
    if categories >> UInt32(ScalarCategory.number(of: scalar)) & 1 == 1 { return !isNegated }
    if ranges.isEmpty { return isNegated }
    return ranges.contains { $0.contains(scalar.value) } != isNegated
  }
}
