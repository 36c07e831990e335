import Foundation
import RAGCore
import RAGStore

/// How probable it is that a chunk answers a query: a score that means the same for every query.
///
/// A logistic function of the cosine, as far as the encoder knows the query's script, and of the
/// share of the query's words that the chunk holds; neither depends on other chunks. The weights
/// were fitted with all-MiniLM-L6-v2 to the even halves of Cranfield, XQuAD in English and Chinese,
/// and the documents of a product, each query once with the documents that answer it and once
/// without. Cosines of other encoders lie elsewhere: the order of scores holds, their scale may not.
///
/// A question of stop words alone has no words to hold, nor has one in a script that no text is
/// written in: without a cosine that means something, nothing speaks for a chunk then.
struct EvidenceModel {
  let reader: StoreReader
  let text: String
  /// Nil where only words are searched.
  let vector: [Float]?
  /// How far the encoder knows the query's script.
  let familiarity: Double

  /// The evidence of chunks, by id.
  ///
  /// - Complexity: O(chunks) vectors and postings.
  func evidence(of chunks: [Int64]) throws -> [Int64: Double] {
    guard !chunks.isEmpty else { return [:] }
    let pool = IDSet(chunks.sorted())
    let coverage = try reader.lexicalCoverage(text, by: pool)
    var cosines: [Int64: Double] = [:]
    if let vector {
      for match in try reader.nearest(to: vector, count: pool.count, allowing: pool).matches {
        cosines[match.id] = Double(match.score)
      }
    }
    let pairs = chunks.map { id in
      let coverage = coverage[id] ?? 0
      return (
        id,
        vector == nil
          ? Self.probability(coverage: coverage)
          : Self.probability(
            cosine: cosines[id] ?? 0, familiarity: familiarity, coverage: coverage)
      )
    }
    return Dictionary(pairs) { first, _ in first }
  }

  static func probability(cosine: Double, familiarity: Double, coverage: Double) -> Double {
    // Where the encoder has no say, words in common count more; without any, nothing does.
    let unseen = (1 - familiarity) * min(1, 4 * coverage)
    return logistic(-3.9 + 2 * familiarity * cosine + 4.5 * coverage + 2.5 * unseen)
  }

  /// By words alone, which tell less.
  static func probability(coverage: Double) -> Double { logistic(-2 + 3.5 * coverage) }

  private static func logistic(_ value: Double) -> Double { 1 / (1 + exp(-value)) }
}
