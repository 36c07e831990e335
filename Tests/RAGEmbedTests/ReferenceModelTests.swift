import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("An encoder gives what its reference gives")
struct ReferenceModelTests {
  /// Values are recorded to 8 digits and vectors are at most some tens long.
  private func tolerance(_ vectors: [[Float]]) -> Float {
    1e-5 * max(1, vectors.joined().map(abs).max() ?? 1)
  }

  private func rows(_ texts: [[Int32]]) -> TokenRows {
    texts.reduce(into: TokenRows()) { rows, text in rows.appendText { $0 += text } }
  }

  @Test("for tokens", arguments: ReferenceModel.all)
  func tokens(model: ReferenceModel) async throws {
    let expected = try model.expectation()
    try await withTemporaryDirectory { path in
      try model.write(to: path)
      let network = try EncoderNetwork(
        ModelDirectory(path: path), EncoderBackend(.float32), cache: .init(directory: nil))
      for results in [expected.query, expected.passage].compactMap(\.self) {
        let vectors = try await network.vectors(
          of: rows(results.tokens), promptTokenCount: results.promptTokenCount, threadCount: 2)
        let difference = largestDifference(vectors, results.vectors)
        #expect(difference <= tolerance(results.vectors))
        for (tokens, vector) in zip(results.tokens, vectors) {
          let alone = try await network.vectors(
            of: rows([tokens]), promptTokenCount: results.promptTokenCount)
          #expect(alone == [vector])
        }
      }
    }
  }

  @Test("for texts", arguments: ReferenceModel.all)
  func texts(model: ReferenceModel) async throws {
    let expected = try model.expectation()
    try await withTemporaryDirectory { path in
      try model.write(to: path)
      let encoder = try BERTEncoder(
        directory: path, options: .init(precision: .float32, threadCount: 1))
      for (role, results) in [
        (EmbeddingRole.query, expected.query ?? expected.passage), (.passage, expected.passage),
      ] {
        let vectors = try await encoder.embed(expected.texts, as: role)
        #expect(
          largestDifference(vectors, results.vectors) <= tolerance(results.vectors))
        #expect(vectors.allSatisfy { $0.count == encoder.dimension })
      }
    }
  }

  @Test("and distances fall into the buckets of the reference")
  func buckets() throws {
    struct Recorded: Decodable {
      var first: Int
      var buckets: [Int]
    }
    let file = ReferenceModel.root.appendingPathComponent("mpnet/buckets.json")
    let recorded = try JSONDecoder().decode(Recorded.self, from: Data(contentsOf: file))
    let positions = EncoderConfiguration.RelativePositions(bucketCount: 32, maximumDistance: 128)
    for (index, bucket) in recorded.buckets.enumerated() {
      #expect(positions.bucket(ofDistance: recorded.first + index) == bucket)
    }
    for count in [4, 5, 31, 256] {
      let positions = EncoderConfiguration.RelativePositions(
        bucketCount: count, maximumDistance: 128)
      for distance in [-65_536, -128, -1, 0, 1, 127, 65_536] {
        #expect((0..<count).contains(positions.bucket(ofDistance: distance)))
      }
    }
  }
}
