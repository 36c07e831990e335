import Testing

@testable import RAGCore
@testable import RAGLexical

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Scores every text by the formula, term after term.
struct BM25Oracle {
  private let ids: [Int64]
  private let counts: [[String: Int]]
  private let lengths: [Int]

  init(_ texts: [Text]) {
    ids = texts.map(\.id)
    let all = texts.map { terms($0.text) }
    lengths = all.map(\.count)
    counts = all.map { $0.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
  }

  /// The scores of all texts that hold a term of a query.
  func scores(_ query: LexicalQuery) -> [Int64: Double] {
    var scores: [Int64: Double] = [:]
    let average = Double(lengths.reduce(0, +)) / Double(ids.count)
    for term in query.terms {
      let text = String(decoding: term.bytes, as: UTF8.self)
      let frequencies = counts.map { counts in
        term.isPrefix
          ? counts.reduce(0) { $0 + ($1.key.utf8.starts(with: text.utf8) ? $1.value : 0) }
          : counts[text] ?? 0
      }
      let n = Double(frequencies.count { $0 > 0 })
      let idf = max(log((Double(ids.count) - n + 0.5) / (n + 0.5)), 1e-6)
      for (index, frequency) in frequencies.enumerated() where frequency > 0 {
        let f = Double(frequency)
        let length = Double(lengths[index])
        scores[ids[index], default: 0] +=
          idf * f * 2.2 / (f + 1.2 * (0.25 + 0.75 * length / average))
      }
    }
    return scores
  }

  /// Holds an answer against all scores.
  func expect(
    _ matches: [Match], to query: LexicalQuery, k: Int, among isAllowed: (Int64) -> Bool,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let scores = scores(query).filter { isAllowed($0.key) }
    #expect(matches.count == min(k, scores.count), sourceLocation: sourceLocation)
    #expect(Set(matches.map(\.id)).count == matches.count, sourceLocation: sourceLocation)
    let best = scores.values.sorted(by: >)
    for (match, expected) in zip(matches, best) {
      let score = scores[match.id] ?? -1
      #expect(isClose(Double(match.score), score), sourceLocation: sourceLocation)
      #expect(isClose(score, expected), sourceLocation: sourceLocation)
    }
    for (first, second) in zip(matches, matches.dropFirst()) {
      #expect(Match.precedes(first, second), sourceLocation: sourceLocation)
    }
  }

  private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-6 * max(abs(b), 1e-4) }
}
