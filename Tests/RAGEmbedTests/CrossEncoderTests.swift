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
      #expect(rows.tokens == pair.tokens)
      #expect(rows.secondTypeRows(ofText: 0).count == pair.secondTypeCount)
    }
  }

  @Test("scores as its reference does within 1e-5", arguments: CrossEncoderFixture.all)
  func scores(fixture: CrossEncoderFixture) async throws {
    let encoder = try fixture.load()
    for pair in try fixture.pairs() {
      let logits = try await encoder.logits(of: [pair.passage], for: pair.query)
      #expect(largestDifference(logits, [pair.logits]) <= 1e-5)
      let score = try await encoder.scores(of: [pair.passage], for: pair.query)[0]
      #expect(abs(score - pair.score) <= 1e-5)
    }
  }

  @Test("is close to its reference with weights of bytes", arguments: CrossEncoderFixture.all)
  func bytes(fixture: CrossEncoderFixture) async throws {
    let encoder = try fixture.load(.int8)
    for pair in try fixture.pairs() {
      let logits = try await encoder.logits(of: [pair.passage], for: pair.query)
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
