import RAGCore
import RAGStore

/// Candidates in their order, but that those that say the same as one before come after all others.
///
/// Two chunks say the same with nearly all words in common, and every number, so that the lease of
/// another year is another lease; where both have vectors, these are near too.
///
/// - Complexity: O(d) rows and O(d²) comparisons of words for the d candidates taken.
struct DistinctCandidates {
  /// Chunks that say the same have vectors nearer than this.
  private static let duplicateCosine: Float = 0.95

  private let reader: StoreReader
  private var waiting: ArraySlice<Fusion.Candidate>
  private var given: [Content] = []
  private var duplicates: ArraySlice<Fusion.Candidate> = []

  init(_ candidates: [Fusion.Candidate], reader: StoreReader) {
    self.reader = reader
    waiting = candidates[...]
  }

  /// The next candidate; nil after the last.
  mutating func next() throws -> Fusion.Candidate? {
    try nextDistinct() ?? duplicates.popFirst()
  }

  /// The next candidate that says what none before it does.
  mutating func nextDistinct() throws -> Fusion.Candidate? {
    while let candidate = waiting.popFirst() {
      // What was found and has no row is told of where hits are made.
      guard let chunk = try reader.chunks([candidate.id]).first else { return candidate }
      let content = Content(
        words: WordSet(chunk.text), vector: try reader.vector(of: candidate.id))
      guard given.contains(where: content.saysTheSame) else {
        given.append(content)
        return candidate
      }
      duplicates.append(candidate)
    }
    return nil
  }

  private struct Content {
    let words: WordSet
    /// Of length 1; nil where there is none.
    let direction: [Float]?

    init(words: WordSet, vector: [Float]?) {
      self.words = words
      direction = vector.map { vector in
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
      }
    }

    func saysTheSame(as other: Content) -> Bool {
      guard words.isNearlySame(as: other.words) else { return false }
      guard let a = direction, let b = other.direction else { return true }
      var cosine: Float = 0
      for index in a.indices { cosine += a[index] * b[index] }
      return cosine >= DistinctCandidates.duplicateCosine
    }
  }
}

/// The words of a text, without case, each once.
struct WordSet {
  /// Hashes that ascend; the lowest bit tells whether the word holds a digit.
  private let hashes: [UInt]

  init(_ text: String) {
    let words = text.split { !$0.isLetter && !$0.isNumber }.map { $0.lowercased() }
    hashes = Set(
      words.map { word in
        UInt(bitPattern: word.hashValue) & ~1 | (word.contains(where: \.isNumber) ? 1 : 0)
      }
    ).sorted()
  }

  /// Whether nine tenths of the words of both are in both, and every number.
  ///
  /// - Complexity: O(words); less for texts that differ.
  func isNearlySame(as other: WordSet) -> Bool {
    let (a, b) = (hashes, other.hashes)
    // With d words in one alone and n in each together, (n - d) / 2 are in both, and d more in all.
    let limit = (a.count + b.count) / 19
    guard abs(a.count - b.count) <= limit else { return false }
    var differing = 0
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      if i < a.count, j < b.count, a[i] == b[j] {
        (i, j) = (i + 1, j + 1)
        continue
      }
      let isOfA = j == b.count || (i < a.count && a[i] < b[j])
      let word = isOfA ? a[i] : b[j]
      if isOfA { i += 1 } else { j += 1 }
      differing += 1
      guard differing <= limit, word & 1 == 0 else { return false }
    }
    return true
  }
}
