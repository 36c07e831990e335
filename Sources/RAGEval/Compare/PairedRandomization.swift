/// The paired randomisation test (Fisher 1935; Smucker, Allan & Carterette 2007, "A Comparison of
/// Statistical Significance Tests for Information Retrieval Evaluation").
///
/// If two systems were alike, each query's difference could as well have had the other sign. The
/// p-value is the share of choices of signs whose mean is at least as far from 0, on either side,
/// as the one that was seen.
public struct PairedRandomization: Sendable, Hashable {
  /// The share of choices at least as far from 0.
  public let p: Double
  /// Whether every choice was looked at, rather than a sample.
  public let isExact: Bool

  /// The choices of signs that are looked at; up to so many, all of them.
  public static let permutationCount = 10_000

  /// Tests differences, one a query.
  ///
  /// The same differences in the same order and the same seed give the same value.
  /// - Complexity: O(n · permutations).
  public init(differences: [Double], seed: UInt64 = 1) {
    // A difference of 0 is the same with either sign.
    let differences = differences.filter { $0 != 0 }
    let seen = abs(differences.reduce(0, +))
    // Sums of one choice in another order of signs differ in the last bits.
    let bound = seen - 1e-12 * differences.reduce(0) { $0 + abs($1) }
    isExact = differences.count < 63 && (1 << differences.count) <= Self.permutationCount
    if isExact {
      let choices = 1 << differences.count
      let far = (0..<choices).count { choice in
        abs(Self.sum(differences) { choice >> $0 & 1 == 1 }) >= bound
      }
      p = Double(far) / Double(choices)
    } else {
      var generator = SplitMix64(state: seed)
      var far = 0
      for _ in 0..<Self.permutationCount {
        var bits: UInt64 = 0
        let sum = Self.sum(differences) { index in
          if index % 64 == 0 { bits = generator.next() }
          return bits >> UInt64(index % 64) & 1 == 1
        }
        if abs(sum) >= bound { far += 1 }
      }
      // The choice that was seen is one of the possible ones, so no sample gives 0.
      p = Double(far + 1) / Double(Self.permutationCount + 1)
    }
  }

  private static func sum(_ values: [Double], isNegative: (Int) -> Bool) -> Double {
    var sum = 0.0
    for (index, value) in values.enumerated() { sum += isNegative(index) ? -value : value }
    return sum
  }
}

/// Numbers that depend on the seed alone (Steele, Lea & Flood 2014).
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
