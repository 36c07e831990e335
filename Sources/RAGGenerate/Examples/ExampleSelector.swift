public import RAGCore

/// Chooses the examples whose questions are most like a question (Liu et al. 2022, "What Makes
/// Good In-Context Examples for GPT-3?", kNN retrieval).
///
/// With an embedder likeness is the cosine of the questions' vectors; without one, the share of
/// words that two questions have in common (Jaccard). Of equals the earlier comes first.
public struct ExampleSelector: Sendable {
  private let examples: [PromptExample]
  private let measure: Measure

  private enum Measure {
    case words([Set<String>])
    case vectors([[Float]], any Embedder)
  }

  /// Makes a selector that compares words.
  public init(_ examples: [PromptExample]) {
    self.examples = examples
    measure = .words(examples.map { Set(InformativeWords.words(of: $0.question)) })
  }

  /// Makes a selector that compares vectors; each question is embedded once, here.
  /// - Throws: what the embedder throws.
  public init(_ examples: [PromptExample], embedder: any Embedder) async throws {
    self.examples = examples
    measure = .vectors(
      try await embedder.vectors(of: examples.map(\.question), as: .query).map(Self.normalised),
      embedder)
  }

  /// At most `count` examples, the most fitting first.
  /// - Throws: what the embedder throws.
  /// - Complexity: O(examples).
  public func examples(for question: String, count: Int = 4) async throws -> [PromptExample] {
    let likeness: [Float]
    switch measure {
    case .words(let known):
      let words = Set(InformativeWords.words(of: question))
      likeness = known.map { Self.sharedPart(words, $0) }
    case .vectors(let known, let embedder):
      let asked = Self.normalised(try await embedder.vectors(of: [question], as: .query)[0])
      likeness = known.map { zip($0, asked).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    let ranked = examples.indices.sorted { (likeness[$1], $0) < (likeness[$0], $1) }
    return ranked.prefix(max(count, 0)).map { examples[$0] }
  }

  private static func sharedPart(_ left: Set<String>, _ right: Set<String>) -> Float {
    let all = left.union(right).count
    return all == 0 ? 0 : Float(left.intersection(right).count) / Float(all)
  }

  private static func normalised(_ vector: [Float]) -> [Float] {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? vector.map { $0 / length } : vector
  }
}
