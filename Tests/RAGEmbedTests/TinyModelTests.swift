import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("An encoder with random weights")
struct TinyModelTests {
  /// Tokens of a text of whole words of the tiny vocabulary, special tokens included.
  private func tokens(_ text: String) -> [Int] {
    ["[CLS]"].map(index) + text.split(separator: " ").map { index(String($0)) } + [index("[SEP]")]
  }

  private func index(_ piece: String) -> Int { TinyModel.vocabulary.firstIndex(of: piece) ?? 1 }

  private func largestDifference(_ vector: [Float], _ expected: [Double]) -> Double {
    zip(vector, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
  }

  private static let texts = [
    "the fox runs", "", "dog", "alpha beta gamma delta the of and cat a b",
  ]

  private func expected(_ model: TinyModel, _ text: String, _ pooling: String) -> [Double] {
    let states = ReferenceForward(model: model).states(of: tokens(text))
    switch pooling {
    case "cls": return states[0]
    case "max": return states[0].indices.map { column in states.map { $0[column] }.max() ?? 0 }
    default:
      return states[0].indices.map { column in
        states.reduce(0) { $0 + $1[column] } / Double(states.count)
      }
    }
  }

  @Test(
    "computes what a plain Float64 forward pass computes", arguments: ["gelu", "gelu_new", "relu"])
  func forward(activation: String) async throws {
    var model = TinyModel(seed: 11)
    model.activation = activation
    model.modules = ["Transformer", "Pooling"]
    try await withTemporaryDirectory { path in
      try model.write(to: path)
      let encoder = try BERTEncoder(directory: path, options: .init(precision: .float32))
      let vectors = try await encoder.embed(Self.texts, as: .passage)
      for (text, vector) in zip(Self.texts, vectors) {
        #expect(largestDifference(vector, expected(model, text, "mean")) < 2e-6)
      }
    }
  }

  @Test(
    "pools as the old and the new key say",
    arguments: [
      (
        "mean",
        ["pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false]
          as [String: any Sendable]
      ),
      ("cls", ["pooling_mode_cls_token": true]), ("max", ["pooling_mode_max_tokens": true]),
      ("mean", ["pooling_mode": "mean", "embedding_dimension": 32]),
      ("cls", ["pooling_mode": "cls"]), ("max", ["pooling_mode": "max"]),
    ])
  func pooling(mode: String, keys: [String: any Sendable]) async throws {
    var model = TinyModel()
    model.pooling = keys
    model.modules = ["Transformer", "Pooling"]
    try await withTemporaryDirectory { path in
      try model.write(to: path)
      let encoder = try BERTEncoder(directory: path, options: .init(precision: .float32))
      let vector = try await encoder.embed(["the fox runs"], as: .query)[0]
      #expect(largestDifference(vector, expected(model, "the fox runs", mode)) < 2e-6)
      #expect(encoder.fingerprint.contains("pooling=\(mode);normalized=false"))
    }
  }

  @Test("scales to length one where the model has a Normalize module")
  func normalize() async throws {
    try await withTemporaryDirectory { path in
      try TinyModel().write(to: path)
      let vector = try await BERTEncoder(directory: path, options: .init(precision: .float32))
        .embed(["fox"], as: .passage)[0]
      #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-6)
    }
  }

  @Test("reads half precision", arguments: TinyModel.Precision.allCases)
  func precision(precision: TinyModel.Precision) async throws {
    try await expectReference(TinyModel(seed: 3, precision: precision))
  }

  @Test(
    "reads names with a prefix, and those of old models",
    arguments: ["", "bert.", "roberta.", "0.auto_model.", "model.encoder."], [false, true])
  func names(prefix: String, areOld: Bool) async throws {
    var model = TinyModel(seed: 5)
    model.namePrefix = prefix
    model.hasOldNames = areOld
    try await expectReference(model)
  }

  private func expectReference(_ model: TinyModel) async throws {
    var model = model
    model.modules = ["Transformer", "Pooling"]
    try await withTemporaryDirectory { path in
      try model.write(to: path)
      let vector = try await BERTEncoder(directory: path, options: .init(precision: .float32))
        .embed(["the dog sleeps"], as: .query)[0]
      #expect(largestDifference(vector, expected(model, "the dog sleeps", "mean")) < 2e-6)
    }
  }

  @Test("puts the model's prompts before texts, and the host's in their place")
  func prefixes() async throws {
    var model = TinyModel()
    model.prompts = ["prompts": ["query": "query: ", "passage": "passage: "]]
    try await withTemporaryDirectory { path in
      try model.write(to: path)
      let own = try BERTEncoder(directory: path, options: .init(precision: .float32))
      let bare = try BERTEncoder(
        directory: path,
        options: .init(
          queryPrefix: "", passagePrefix: "", precision: .float32, threadCount: 1))
      let query = try await own.embed(["fox"], as: .query)
      let passage = try await own.embed(["fox"], as: .passage)
      #expect(query != passage)
      #expect(try await bare.embed(["query: fox"], as: .passage) == query)
      #expect(try await bare.embed(["passage: fox"], as: .query) == passage)
      #expect(own.maximumTokenCount == 16 - 2 - 2)
      #expect(bare.maximumTokenCount == 16 - 2)
      #expect(own.fingerprint != bare.fingerprint)
    }
  }

  @Test("cuts at the smaller of the stated limit and the positions there are")
  func limit() async throws {
    for (stated, limit) in [(16, 16), (9_999, 24), (nil, 24)] {
      var model = TinyModel()
      model.maximumLength = stated
      try await withTemporaryDirectory { path in
        try model.write(to: path)
        let encoder = try BERTEncoder(directory: path, options: .init(precision: .float32))
        #expect(encoder.maximumTokenCount == limit - 2)
        let long = Array(repeating: "fox", count: 40).joined(separator: " ")
        let cut = Array(repeating: "fox", count: limit - 2).joined(separator: " ")
        let vectors = try await encoder.embed([long, cut], as: .passage)
        #expect(vectors[0] == vectors[1])
      }
    }
  }

  @Test("gives a text the same bits in every batch and with any number of threads")
  func invariance() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    let words = TinyModel.vocabulary.dropFirst(8)
    let texts = (0..<60).map { _ in
      (0..<Int.random(in: 0...20, using: &generator)).compactMap { _ in
        words.randomElement(using: &generator)
      }.joined(separator: " ")
    }
    try await withTemporaryDirectory { path in
      try TinyModel(seed: seed).write(to: path)
      let one = try BERTEncoder(
        directory: path, options: .init(precision: .float32, threadCount: 1))
      let three = try BERTEncoder(
        directory: path, options: .init(precision: .float32, threadCount: 3))
      let together = try await three.embed(texts, as: .passage)
      #expect(try await one.embed(texts, as: .passage) == together)
      for (text, vector) in zip(texts, together) {
        #expect(try await one.embed([text], as: .passage) == [vector], "seed \(seed)")
      }
    }
  }

  @Test("embeds no texts as no vectors")
  func empty() async throws {
    try await withTemporaryDirectory { path in
      try TinyModel().write(to: path)
      #expect(
        try await BERTEncoder(directory: path, options: .init(precision: .float32)).embed(
          [], as: .query
        ).isEmpty)
    }
  }

  @Test("stops when its task is cancelled")
  func cancellation() async throws {
    try await withTemporaryDirectory { path in
      try TinyModel().write(to: path)
      let encoder = try BERTEncoder(directory: path, options: .init(precision: .float32))
      let texts = Array(repeating: "the fox runs", count: 1_000)
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await encoder.embed(texts, as: .passage)
      }
      do {
        _ = try await task.value
        Issue.record("the task was cancelled")
      } catch RAGError.Code.cancelled {}
    }
  }

  /// Sizes that fill no vector, no panel and no block of rotated values.
  static let unevenSizes = [(24, 4, 50), (40, 8, 17), (36, 6, 64), (48, 3, 100), (5, 5, 7)]

  @Test(
    "of any size gives what its reference gives, again and again, in any batch",
    arguments: unevenSizes)
  func oddSizes(hidden: Int, heads: Int, intermediate: Int) async throws {
    try await withTemporaryDirectory { path in
      let model = TinyModel(hidden: hidden, heads: heads, intermediate: intermediate)
      try model.write(to: path)
      let tokens: [[Int32]] = [[2, 8, 9, 3], [2, 3], [2, 10, 11, 12, 13, 14, 9, 3]]
      let rows = tokens.reduce(into: TokenRows()) { rows, text in rows.appendText { $0 += text } }
      for precision in EncoderPrecision.allCases {
        let network = try EncoderNetwork(ModelDirectory(path: path), EncoderBackend(precision))
        let vectors = try await network.vectors(of: rows, threadCount: 3)
        for _ in 0..<2 {
          #expect(try await network.vectors(of: rows, threadCount: 1) == vectors)
          for (text, vector) in zip(tokens, vectors) {
            let alone = [text].reduce(into: TokenRows()) { rows, text in
              rows.appendText { $0 += text }
            }
            #expect(try await network.vectors(of: alone) == [vector])
          }
        }
        for (text, vector) in zip(tokens, vectors) {
          let states = ReferenceForward(model: model).states(of: text.map(Int.init))
          let sum = (0..<hidden).map { column in states.reduce(0) { $0 + $1[column] } }
          let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
          let cosine = zip(sum, vector).reduce(0) { $0 + $1.0 / length * Double($1.1) }
          // Random weights of so few inputs lose more by rounding than trained ones.
          #expect(cosine > (precision == .float32 ? 0.999999 : 0.99))
        }
      }
    }
  }

  @Test("is whole again after a run that was cancelled, and serves several at a time")
  func cancelledRun() async throws {
    try await withTemporaryDirectory { path in
      try TinyModel().write(to: path)
      let network = try EncoderNetwork(ModelDirectory(path: path), EncoderBackend(.int8))
      let rows = (0..<200).reduce(into: TokenRows()) { rows, index in
        rows.appendText { $0 += [2] + [Int32](repeating: 9, count: index % 20) + [3] }
      }
      let expected = try await network.vectors(of: rows)
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await network.vectors(of: rows, threadCount: 2)
      }
      await #expect(throws: RAGError.self) { _ = try await task.value }
      try await withThrowingTaskGroup(of: Bool.self) { tasks in
        for index in 0..<12 {
          tasks.addTask {
            try await network.vectors(of: rows, threadCount: 1 + index % 3) == expected
          }
        }
        for try await isEqual in tasks { #expect(isEqual) }
      }
    }
  }

  @Test("takes any number of threads")
  func threads() async throws {
    try await withTemporaryDirectory { path in
      try TinyModel().write(to: path)
      let texts = (0..<40).map { Array(repeating: "fox", count: $0 % 9).joined(separator: " ") }
      var all: [[[Float]]] = []
      for count in [Int.min, 0, 1, 300, .max] {
        let encoder = try BERTEncoder(directory: path, options: .init(threadCount: count))
        all.append(try await encoder.embed(texts, as: .passage))
      }
      #expect(all.dropFirst().allSatisfy { $0 == all[0] })
    }
  }
}
