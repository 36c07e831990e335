import CRAGKernels

/// An orthogonal map that spreads the elements of a vector evenly, so that one scale suits them
/// all: random signs and Walsh-Hadamard transforms in turn (Ailon & Chazelle 2009, "The fast
/// Johnson-Lindenstrauss transform").
///
/// It depends on the dimension alone, so that codes of all indexes and versions agree.
struct Rotation: Sendable {
  private let signs: [Float]
  private let dimension: Int

  init(dimension: Int) {
    self.dimension = dimension
    var state: UInt64 = 0x5241_4749_4E44_4558
    signs = (0..<3 * dimension).map { _ in
      state &+= 0x9E37_79B9_7F4A_7C15
      return mixed(state) & 1 == 0 ? 1 : -1
    }
  }

  /// - Complexity: O(dimension · log(dimension)).
  func apply(_ vector: UnsafeMutablePointer<Float>) {
    rag_rotate(vector, signs, dimension)
  }
}

/// The finalizer of SplitMix64 (Steele, Lea & Flood 2014): each bit depends on all.
func mixed(_ value: UInt64) -> UInt64 {
  var hash = value
  hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
  hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
  return hash ^ (hash >> 31)
}
