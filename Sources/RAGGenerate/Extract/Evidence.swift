import RAGCore
import RAGLexical
import RAGRetrieve

/// A piece of a hit and what speaks for it as an answer to a question.
struct Evidence: Sendable {
  /// Position of the hit among the hits, from 0.
  var hitIndex: Int
  var piece: SourceSentences.Piece
  var text: String
  var words: Set<String>
  /// The vector of the text, of length 1; nil without an embedder.
  var vector: [Float]?
  /// Cosine of question and piece; nil without an embedder.
  var similarity: Double?
  /// The share of the question's words, by weight, that the piece has; words that only the
  /// headings or other pieces of the chunk have count in part.
  var coverage: Double
}

/// Collects evidence from the first hits.
struct EvidenceCollector: Sendable {
  /// A word that only the headings above a piece have.
  private static let headingWeight = 0.6
  /// A word that only other pieces of the chunk have.
  private static let chunkWeight = 0.5

  /// The most pieces that are embedded; more changed no answer in the measurement of
  /// ``EvidenceGate``.
  private static let pieceCount = 24

  let embedder: (any Embedder)?

  /// The pieces of the hits, in their order.
  func collect(for question: String, in hits: [Hit]) async throws -> [Evidence] {
    var evidence: [Evidence] = []
    for (index, hit) in hits.enumerated() {
      let bytes = Array(hit.text.utf8)
      for piece in SourceSentences.pieces(of: hit.text) {
        let text = String(decoding: bytes[piece.range], as: UTF8.self)
        evidence.append(
          Evidence(
            hitIndex: index, piece: piece, text: text,
            words: Self.words(of: text), coverage: 0))
      }
    }
    addCoverage(of: question, in: hits, to: &evidence)
    if evidence.count > Self.pieceCount { evidence = Self.mostCovering(evidence) }
    try await addSimilarity(to: question, to: &evidence)
    return evidence
  }

  /// The pieces with the largest coverage, in the order given.
  private static func mostCovering(_ evidence: [Evidence]) -> [Evidence] {
    let ranked = evidence.indices.sorted { one, other in
      let (a, b) = (evidence[one].coverage, evidence[other].coverage)
      return a != b ? a > b : one < other
    }
    return ranked.prefix(pieceCount).sorted().map { evidence[$0] }
  }

  private func addCoverage(of question: String, in hits: [Hit], to evidence: inout [Evidence]) {
    var chunkWords = [Set<String>](repeating: [], count: hits.count)
    for item in evidence { chunkWords[item.hitIndex].formUnion(item.words) }
    let headingWords = hits.map { hit in
      Self.words(of: (hit.chunk.headings + [hit.document.title ?? ""]).joined(separator: "\n"))
    }
    let known = (chunkWords + headingWords).reduce(into: Set()) { $0.formUnion($1) }
    let asked = Self.asked(by: question, known)
    guard !asked.isEmpty else { return }
    let weights = weights(of: asked, in: evidence)
    let total = weights.reduce(0) { $0 + $1.weight }
    for index in evidence.indices {
      let item = evidence[index]
      var covered = 0.0
      for (word, weight) in weights {
        if item.words.contains(word) {
          covered += weight
        } else if headingWords[item.hitIndex].contains(word) {
          covered += weight * Self.headingWeight
        } else if chunkWords[item.hitIndex].contains(word) {
          covered += weight * Self.chunkWeight
        }
      }
      evidence[index].coverage = covered / total
    }
  }

  /// The words of a question with what each counts for. A name of a program that nothing here has is
  /// asked for by its parts, which together count as much.
  private static func asked(by question: String, _ known: Set<String>) -> [String: Double] {
    var asked: [String: Double] = [:]
    for text in question.split(whereSeparator: \.isWhitespace).map(String.init) {
      var words = Set(InformativeWords.words(of: text))
      let spelledOut = Set(InformativeWords.words(of: ProgramName.spelledOut(text)))
      let (names, parts) = (words.subtracting(spelledOut), spelledOut.subtracting(words))
      if names.isDisjoint(with: known), !parts.isEmpty {
        words.subtract(names)
        let share = Double(names.count) / Double(parts.count)
        for part in parts { asked[part] = max(asked[part] ?? 0, share) }
      }
      for word in words { asked[word] = 1 }
    }
    return asked
  }

  /// The words of a source; those of names of programs with their parts.
  private static func words(of text: String) -> Set<String> {
    Set(InformativeWords.words(of: text))
      .union(InformativeWords.words(of: ProgramName.spelledOut(text)))
  }

  /// Words that few pieces have weigh more; one that no piece has weighs most. In a fixed order,
  /// so that sums are the same in every run.
  private func weights(
    of asked: [String: Double], in evidence: [Evidence]
  ) -> [(word: String, weight: Double)] {
    asked.sorted { $0.key < $1.key }.map { word, share in
      let count = evidence.count { $0.words.contains(word) }
      return (word, share / Double(1 + count).squareRoot())
    }
  }

  /// One call embeds the question, one all pieces.
  private func addSimilarity(
    to question: String, to evidence: inout [Evidence]
  ) async throws {
    guard let embedder, !evidence.isEmpty else { return }
    let asked = normalised(try await embedder.vectors(of: [question], as: .query)[0])
    let vectors = try await embedder.vectors(of: evidence.map(\.text), as: .passage)
      .map(normalised)
    for index in evidence.indices {
      evidence[index].vector = vectors[index]
      evidence[index].similarity = dot(asked, vectors[index])
    }
  }
}

/// The vector scaled to length 1; of length 0, as it is.
private func normalised(_ vector: [Float]) -> [Float] {
  let length = dot(vector, vector).squareRoot()
  return length > 0 ? vector.map { $0 / Float(length) } : vector
}

/// The inner product; elements that only one vector has count for nothing.
func dot(_ first: [Float], _ second: [Float]) -> Double {
  var sum = 0.0
  for (a, b) in zip(first, second) { sum += Double(a) * Double(b) }
  return sum
}

/// The cosine of two vectors; 0 where one has length 0.
func cosine(_ first: [Float], _ second: [Float]) -> Double {
  let lengths = (dot(first, first) * dot(second, second)).squareRoot()
  return lengths > 0 ? dot(first, second) / lengths : 0
}
