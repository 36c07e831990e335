import RAGCore

/// What a user typed, as a full-text query that FTS5 cannot misread.
///
/// Words and CJK bigrams become quoted terms joined by OR, so that no character of the user's is
/// FTS5 syntax. English stop words are left out while other words remain.
struct LexicalQuery {
  /// The terms, without duplicates, in the order of the text.
  private(set) var terms: [String] = []

  /// The most terms of one query; a longer text keeps its first ones.
  private static let termLimit = 128

  init(_ text: String) {
    var seen: Set<String> = []
    var stopWords: [String] = []
    for word in text.split(whereSeparator: { !($0.isLetter || $0.isNumber) }) {
      let word = word.lowercased()
      if Self.stopWords.contains(word) {
        stopWords.append(word)
        continue
      }
      for term in Self.terms(of: word) where terms.count < Self.termLimit {
        if seen.insert(term).inserted { terms.append(term) }
      }
    }
    if terms.isEmpty { terms = Array(Set(stopWords)).sorted().map(Self.quoted) }
  }

  /// The MATCH expression, or nil when the text holds no word.
  var expression: String? {
    terms.isEmpty ? nil : terms.joined(separator: " OR ")
  }

  private static func terms(of word: String) -> [String] {
    var terms: [String] = []
    for piece in CJKPieces(word) {
      switch piece {
      case .word(let word): terms.append(quoted(word))
      case .run(let run) where run.count == 1:
        // Bigrams that begin with the character, and the character at the end of a run.
        terms.append(quoted(String(run[0])) + "*")
      case .run(let run):
        terms += zip(run, run.dropFirst()).map { quoted(String($0) + String($1)) }
      }
    }
    return terms
  }

  private static func quoted(_ term: String) -> String {
    "\"" + term.replacing("\"", with: "\"\"") + "\""
  }

  /// Words of questions and sentences that say nothing of their subject.
  private static let stopWords: Set<String> = [
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be",
    "because", "been", "before", "being", "between", "both", "but", "by", "can", "could", "did",
    "do", "does", "doing", "down", "during", "each", "for", "from", "had", "has", "have", "having",
    "he", "her", "here", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "itself",
    "just", "me", "more", "most", "my", "no", "nor", "not", "of", "on", "once", "only", "or",
    "other", "our", "out", "over", "own", "same", "she", "should", "so", "some", "such", "than",
    "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "through",
    "to", "too", "under", "until", "up", "very", "was", "we", "were", "what", "when", "where",
    "which", "while", "who", "whom", "why", "will", "with", "would", "you", "your",
  ]
}
