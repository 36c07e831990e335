/// What a user typed, as terms to look for.
///
/// Words are folded and stemmed as texts are, CJK runs are looked for by their pairs of characters,
/// and a CJK character alone by all terms that begin with it. Stop words, English ones and lone
/// characters of Chinese and Japanese, are left out while other words remain. Names of programs are
/// looked for as a whole and in their parts; these stand for a name that no text has.
package struct LexicalQuery: Sendable, Hashable {
  /// A term, or all terms that begin with one.
  package struct Term: Sendable, Hashable {
    /// UTF-8.
    package var bytes: [UInt8]
    package var isPrefix: Bool
    /// What its score counts for.
    package var share = 1.0
    /// Whether it is of a name whose words are terms too: it makes a text that has it a better one,
    /// and none that lacks it a worse one.
    package var isOfName = false
    /// Of a part of a name, the place of that name among the terms.
    var name: Int?
  }

  /// The terms, without duplicates, in the order of the text.
  package private(set) var terms: [Term] = []
  /// Whether the terms are stop words, as the text has no others: they find texts, and do not tell
  /// what the text asks for.
  package private(set) var isOfStopWords = false

  /// How far each term says what the text asks for, from 0 to 1, where so many texts have each: words
  /// do, and the parts of a name that no text has together as much instead of it.
  func asked(_ counts: [Int]) -> [Double] {
    var partCounts: [Int: Int] = [:]
    for case let name? in terms.map(\.name) where counts[name] == 0 {
      partCounts[name, default: 0] += 1
    }
    return terms.enumerated().map { index, term in
      guard term.isOfName else { return partCounts[index] == nil ? 1 : 0 }
      return term.name.flatMap { partCounts[$0] }.map { 1 / Double($0) } ?? 0
    }
  }

  /// Texts with all parts of a name are not to outdo those with the name.
  private static let partShare = 0.1
  /// The most terms of one query; a longer text keeps its first ones.
  package static let termLimit = 128

  package init(_ text: String) {
    let analyzer = LexicalAnalyzer()
    var seen: Set<Term> = []
    var stopWords: Set<String> = []
    for word in text.split(whereSeparator: { !($0.isLetter || $0.isNumber) }) {
      guard terms.count < Self.termLimit else { break }
      let word = word.lowercased()
      if Self.stopWords.contains(word) {
        stopWords.insert(word)
      } else {
        append(word, analyzer, &seen)
      }
    }
    let hasWords = !terms.isEmpty
    var name: [UInt8] = []
    analyzer.analyze(text) { bytes, kind in
      if kind == .word { name = Array(bytes) }
      guard kind == .part || kind == .whole, terms.count < Self.termLimit,
        !Self.stopWords.contains(String(decoding: bytes, as: UTF8.self))
      else { return }
      var term = Term(bytes: Array(bytes), isPrefix: false)
      guard seen.insert(term).inserted else { return }
      term.isOfName = true
      if kind == .part {
        term.share = Self.partShare
        term.name = terms.firstIndex { $0.bytes == name && !$0.isOfName }
      }
      terms.append(term)
    }
    guard !hasWords else { return }
    isOfStopWords = terms.isEmpty && !stopWords.isEmpty
    // Names of stop words alone, such as `is_a`, are what is asked for.
    for index in terms.indices { terms[index].isOfName = false }
    let nameCount = terms.count
    for word in stopWords.sorted() { append(word, analyzer, &seen) }
    guard nameCount > 0 else { return }
    for index in terms.indices[nameCount...] {
      terms[index].isOfName = true
      terms[index].share = Self.partShare
    }
  }

  private mutating func append(_ word: String, _ analyzer: LexicalAnalyzer, _ seen: inout Set<Term>)
  {
    analyzer.analyze(word) { bytes, kind in
      // The last character of a run is in its last pair, and alone would match too much.
      guard kind != .last, terms.count < Self.termLimit else { return }
      let term = Term(bytes: Array(bytes), isPrefix: kind == .single)
      if seen.insert(term).inserted { terms.append(term) }
    }
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
    "的", "了", "是", "在", "和", "与", "也", "有", "就", "不", "吗", "呢", "吧", "啊", "之", "为", "以", "而", "及",
    "或", "被", "把", "从", "对", "到", "着", "过", "地", "得", "我", "你", "他", "她", "它", "这", "那",
    "の", "は", "が", "を", "に", "と", "も", "で", "へ", "や", "か",
  ]
}
