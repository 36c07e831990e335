#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Scores of terms in texts (Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25
/// and Beyond, 2009), with the weights that FTS5 uses.
///
/// The score of a term is a multiple of 2^-40, and no sum of ``LexicalQuery/termLimit`` ones
/// reaches 2^13: such sums are exact, so a text's score does not depend on their order.
struct BM25 {
  static let k1 = 1.2
  static let b = 0.75

  private static let step = 0x1p-40
  /// Added and taken away, it leaves a number below 2^11 as a multiple of 2^-40.
  private static let rounder = 0x1.8p12

  private let textCount: Int
  /// The divisor of a frequency's saturation is frequency + base + slope * length.
  private let base = k1 * (1 - b)
  private let slope: Double

  /// - Parameters:
  ///   - textCount: the number of all texts.
  ///   - totalLength: the number of terms in them.
  init(textCount: Int, totalLength: Int) {
    self.textCount = textCount
    slope = totalLength > 0 ? Self.k1 * Self.b * Double(textCount) / Double(totalLength) : 0
  }

  /// What a term that is in so many texts counts: its inverse document frequency, times k1 + 1.
  func weight(_ documentFrequency: Int) -> Double {
    let frequency = Double(documentFrequency)
    let idf = log((Double(textCount) - frequency + 0.5) / (frequency + 0.5))
    return (idf > 1e-6 ? idf : 1e-6) * (Self.k1 + 1)
  }

  /// The inverse document frequency of a term, which stays above 0 for terms of most texts.
  func rarity(_ documentFrequency: Int) -> Double {
    let frequency = Double(documentFrequency)
    return log(1 + (Double(textCount) - frequency + 0.5) / (frequency + 0.5))
  }

  /// The score of a term in a text; more than 0.
  @inline(__always)
  func score(_ weight: Double, frequency: UInt32, length: UInt32) -> Double {
    let frequency = Double(frequency)
    let score = weight * frequency / (frequency + (base + slope * Double(length)))
    return max((score + Self.rounder) - Self.rounder, Self.step)
  }

  /// No less than the score of any posting below a bound, whatever the roundings.
  func limit(_ weight: Double, _ bound: PostingBound) -> Double {
    let score =
      weight * Double(bound.frequency)
      / (Double(bound.frequency) + (base + slope * Double(bound.length)))
    return ((score * (1 + 1e-12) + 2 * Self.step + Self.rounder) - Self.rounder)
  }
}
