import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("A cross-encoder")
struct CrossEncoderTests {
  @Test("gives the model what its reference gives", arguments: CrossEncoderFixture.all)
  func tokens(fixture: CrossEncoderFixture) async throws {
    let encoder = try fixture.load()
    for pair in try fixture.pairs() {
      let rows = try await encoder.tokenRows(of: [pair.passage], for: pair.query)
      // The reference cuts what is too long; other windows follow.
      #expect(Array(rows.tokens[rows.rows(ofText: 0)]) == pair.tokens)
      #expect(rows.secondTypeRows(ofText: 0).count == pair.secondTypeCount)
    }
  }

  @Test("scores as its reference does within 1e-5", arguments: CrossEncoderFixture.all)
  func scores(fixture: CrossEncoderFixture) async throws {
    let encoder = try fixture.load()
    for pair in try fixture.pairs() {
      let rows = try await encoder.tokenRows(of: [pair.passage], for: pair.query)
      let logits = try await encoder.logits(of: rows)
      #expect(largestDifference([logits[0]], [pair.logits]) <= 1e-5)
      let score = try await encoder.scores(of: [pair.passage], for: pair.query)[0]
      #expect(rows.textCount == 1 ? abs(score - pair.score) <= 1e-5 : score >= pair.score - 1e-5)
    }
  }

  @Test("is close to its reference with weights of bytes", arguments: CrossEncoderFixture.all)
  func bytes(fixture: CrossEncoderFixture) async throws {
    let encoder = try fixture.load(.int8)
    for pair in try fixture.pairs() {
      let rows = try await encoder.tokenRows(of: [pair.passage], for: pair.query)
      let logits = [try await encoder.logits(of: rows)[0]]
      // So few inputs lose more by rounding than those of real models.
      #expect(largestDifference(logits, [pair.logits]) <= 0.2)
    }
  }

  @Test("says what its scores mean")
  func scale() throws {
    let scales = try CrossEncoderFixture.all.map { try $0.load().scale }
    #expect(
      scales == [
        .probability, .logit, .probability, .logit, .probability, .probability, .probability,
      ])
    let encoder = try CrossEncoderFixture(name: "bert").load(threadCount: 1)
    #expect(encoder.name == "bert")
    #expect(encoder.maximumTokenCount == 29)
    #expect(encoder.report.threadCount == 1)
  }

  @Test(
    "gives a passage the same bits whatever the other passages, their order and the threads",
    arguments: EncoderPrecision.allCases)
  func independence(precision: EncoderPrecision) async throws {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    let fixture = CrossEncoderFixture(name: "bert")
    let words = "the fox runs over lazy dogs 中文 \u{0} size of the log .".split(separator: " ")
    let passages = (0..<60).map { _ in
      (0..<Int.random(in: 0...45, using: &generator)).compactMap { _ in
        words.randomElement(using: &generator)
      }.joined(separator: " ")
    }
    for query in ["the fox", "", passages[7]] {
      let encoder = try fixture.load(precision, threadCount: 1)
      var alone: [Double] = []
      for passage in passages { alone += try await encoder.scores(of: [passage], for: query) }
      for threadCount in 1...4 {
        let places = (0..<Int.random(in: 1...150, using: &generator)).map { _ in
          Int.random(in: passages.indices, using: &generator)
        }
        let scores = try await fixture.load(precision, threadCount: threadCount)
          .scores(of: places.map { passages[$0] }, for: query)
        #expect(scores == places.map { alone[$0] }, "seed \(seed)")
      }
    }
  }

  @Test("tells the order of query and passage, and the types of their tokens, apart")
  func order() async throws {
    let encoder = try CrossEncoderFixture(name: "bert").load()
    let one = try await encoder.scores(of: ["a lazy dog"], for: "the fox")
    let other = try await encoder.scores(of: ["the fox"], for: "a lazy dog")
    #expect(one != other)
    try await withTemporaryDirectory { path in
      try CrossEncoderFixture(name: "bert").write(to: path)
      let names = ["model_max_length": 32, "model_input_names": ["input_ids"]] as [String: Any]
      try JSONSerialization.data(withJSONObject: names).write(
        to: URL(fileURLWithPath: path + "/tokenizer_config.json"))
      let untyped = try CrossEncoder(directory: path)
      #expect(try await untyped.scores(of: ["a lazy dog"], for: "the fox") != one)
    }
  }

  @Test("has nothing to say of no passages, and stops when its task is cancelled")
  func cancellation() async throws {
    let encoder = try CrossEncoderFixture(name: "bert").load(threadCount: 2)
    #expect(try await encoder.scores(of: [], for: "the fox").isEmpty)
    let passages = Array(repeating: "the fox runs", count: 1_000)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await encoder.scores(of: passages, for: "the fox")
    }
    do {
      _ = try await task.value
      Issue.record("the task was cancelled")
    } catch RAGError.Code.cancelled {}
  }

  @Test("maps the weights that it kept in the cache, and scores the same")
  func cache() async throws {
    try await withTemporaryDirectory { path in
      let cache = WeightCache(directory: path, smallestByteCount: 0)
      func load() throws -> CrossEncoder {
        try CrossEncoder(
          directory: CrossEncoderFixture(name: "roberta").directory, options: .init(),
          EncoderBackend(.float32), cache: cache)
      }
      let (packed, mapped) = (try load(), try load())
      #expect(!packed.report.mapsWeights && mapped.report.mapsWeights)
      let passages = ["the fox", "a dog"]
      #expect(
        try await packed.scores(of: passages, for: "fox")
          == mapped.scores(of: passages, for: "fox"))
    }
  }

  @Test("reads a passage that is too long in windows, and takes the best", arguments: 0..<20)
  func windows(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    let encoder = try CrossEncoderFixture(name: "bert").load(threadCount: 1)
    let words = ["the", "fox", "runs", "over", "lazy", "dogs", "size", "of", "log"]
    func text(_ count: Int) -> String {
      (0..<count).compactMap { _ in words.randomElement(using: &generator) }
        .joined(separator: " ")
    }
    let query = text(Int.random(in: 1...6, using: &generator))
    let passages = (0..<5).map { _ in text(Int.random(in: 0...120, using: &generator)) }
    let scores = try await encoder.scores(of: passages, for: query)
    #expect(scores.count == passages.count)
    for (passage, score) in zip(passages, scores) {
      let rows = try await encoder.tokenRows(of: [passage], for: query)
      #expect(rows.isContinued == (0..<rows.textCount).map { $0 > 0 })
      let limit = encoder.maximumTokenCount + 3
      #expect((0..<rows.textCount).allSatisfy { rows.rows(ofText: $0).count <= limit })
      let tokenizer = try #require(encoder.tokenCounter as? WordPieceTokenizer)
      var tokens: [Int32] = []
      tokenizer.appendTextTokens(of: passage, limit: .max, to: &tokens)
      let windows = (0..<rows.textCount).map {
        rows.tokens[rows.secondTypeRows(ofText: $0)].dropLast()
      }
      let starts = PairTokens.windowStarts(over: tokens.count, window: windows[0].count)
      #expect(starts.count == windows.count, "seed \(seed)")
      for (start, window) in zip(starts, windows) {
        #expect(tokens[start..<start + window.count] == window, "seed \(seed)")
      }
      var best = -Double.infinity
      for index in 0..<rows.textCount {
        var one = TokenRows()
        one.appendText(secondTypeCount: rows.secondTypeRows(ofText: index).count) {
          $0 += rows.tokens[rows.rows(ofText: index)]
        }
        let logit = Double(try await encoder.logits(of: one)[0][0])
        best = max(best, 1 / (1 + exp(-logit)))
      }
      #expect(score == best, "seed \(seed)")
    }
  }

  @Test("puts windows over all of a text, each sharing a quarter with the one before")
  func windowStarts() {
    for window in 1...9 {
      for count in 0...40 {
        let starts = PairTokens.windowStarts(over: count, window: window)
        #expect(starts.first == 0)
        #expect(count <= window ? starts == [0] : starts.last == count - window)
        for (start, next) in zip(starts, starts.dropFirst()) {
          #expect(start < next && next <= start + max(1, window - window / 4))
        }
      }
    }
  }

  @Test("cuts the longer text first, then both to a half")
  func truncation() {
    for room in 2...9 {
      for first in 0...12 {
        for second in 0...12 {
          // One token at a time from the longer one; where they are even, the first text gives.
          var (a, b) = (first, second)
          while a + b > room { if a > b || (a == b && first <= second) { a -= 1 } else { b -= 1 } }
          #expect(PairTokens.counts(first, second, within: room) == (a, b))
        }
      }
    }
  }
}
