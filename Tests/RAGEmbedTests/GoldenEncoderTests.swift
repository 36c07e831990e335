import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite(
  "The default encoder",
  .enabled(if: EncoderFixture.hasModel, EncoderFixture.missingModel))
struct GoldenEncoderTests {
  private static let sentences = """
    How do I make a table without a rowid? The maximum size of a database file is 281 terabytes. \
    In WAL mode readers do not block writers. Dates are formatted by strftime. The quick brown fox \
    jumps over the lazy dog. A café in Zürich serves 中文 menus. Checkpoints run when the log grows.
    """.split(separator: ". ").map(String.init)

  /// Texts from none to many tokens, some over the limit.
  private static func texts(count: Int, seed: UInt64) -> [String] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { index in
      let length = index.isMultiple(of: 25) ? 40 : Int.random(in: 0...4, using: &generator)
      return (0..<length).compactMap { _ in sentences.randomElement(using: &generator) }
        .joined(separator: ". ")
    }
  }

  @Test(
    "gives the vectors of the reference within 1e-6",
    .enabled(if: EncoderFixture.hasGolden, EncoderFixture.missingGolden))
  func golden() async throws {
    let texts = try EncoderFixture.goldenLines("embeddings_texts.jsonl").compactMap {
      $0["text"] as? String
    }
    let expected = try EncoderFixture.golden("embeddings.fvecs")
    let encoder = try BERTEncoder(
      directory: EncoderFixture.directory, options: .init(precision: .float32))
    let vectors = try await encoder.embed(texts, as: .passage)
    #expect(vectors.count == 200)
    // Each row is its length as an integer and then its values.
    let rowByteCount = (1 + encoder.dimension) * 4
    #expect(expected.count == 200 * rowByteCount)
    var worst: Float = 0
    for (row, vector) in vectors.enumerated() {
      for (column, value) in vector.enumerated() {
        let offset = row * rowByteCount + (1 + column) * 4
        let reference = expected.withUnsafeBytes {
          $0.loadUnaligned(fromByteOffset: offset, as: Float.self)
        }
        worst = max(worst, abs(reference - value))
      }
    }
    #expect(worst < 1e-6)
  }

  @Test(
    "gives each of 100 texts the same bits alone, in random batches and on other threads",
    arguments: EncoderPrecision.allCases)
  func invariance(precision: EncoderPrecision) async throws {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    let texts = Self.texts(count: 100, seed: seed)
    func encoder(_ threadCount: Int) throws -> BERTEncoder {
      try BERTEncoder(
        directory: EncoderFixture.directory,
        options: .init(precision: precision, threadCount: threadCount))
    }
    let one = try encoder(1)
    let together = try await encoder(2).embed(texts, as: .passage)
    #expect(try await one.embed(texts, as: .passage) == together)
    for (text, vector) in zip(texts, together) {
      #expect(try await one.embed([text], as: .passage) == [vector], "seed \(seed)")
    }
    let several = [try encoder(2), try encoder(3), try encoder(8)]
    for round in 0..<8 {
      let batch = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
        Int.random(in: texts.indices, using: &generator)
      }
      let vectors = try await several[round % 3].embed(batch.map { texts[$0] }, as: .passage)
      #expect(vectors == batch.map { together[$0] }, "seed \(seed)")
    }
  }

  @Test(
    "gives the same bits at every level of instructions", arguments: EncoderPrecision.allCases)
  func levels(precision: EncoderPrecision) async throws {
    let texts = Self.texts(count: 8, seed: 3)
    var all: [[[Float]]] = []
    for level in KernelLevel.alike {
      let encoder = try BERTEncoder(
        directory: EncoderFixture.directory, options: .init(precision: precision),
        EncoderBackend(precision, level: level.level))
      all.append(try await encoder.embed(texts, as: .passage))
    }
    #expect(all.dropFirst().allSatisfy { $0 == all[0] })
  }

  @Test(
    "gives vectors of bytes that are close to those of the reference",
    .enabled(if: EncoderFixture.hasGolden, EncoderFixture.missingGolden))
  func bytes() async throws {
    let texts = try EncoderFixture.goldenLines("embeddings_texts.jsonl").compactMap {
      $0["text"] as? String
    }
    let exact = try BERTEncoder(
      directory: EncoderFixture.directory, options: .init(precision: .float32))
    let coarse = try BERTEncoder(
      directory: EncoderFixture.directory, options: .init(precision: .int8))
    #expect(exact.fingerprint != coarse.fingerprint)
    let cosines = zip(
      try await exact.embed(texts, as: .passage), try await coarse.embed(texts, as: .passage)
    ).map { zip($0, $1).reduce(0) { $0 + $1.0 * $1.1 } }
    #expect(cosines.min() ?? 0 > 0.997)
    #expect(cosines.reduce(0, +) / Float(cosines.count) > 0.999)
  }

  @Test("has the length limit of the model and a vector of length one for an empty text")
  func limits() async throws {
    let encoder = try BERTEncoder(
      directory: EncoderFixture.directory, options: .init(precision: .float32))
    #expect(encoder.dimension == 384)
    #expect(encoder.maximumTokenCount == 254)
    #expect(encoder.tokenCounter.tokenCount(of: "tables without rowids") == 4)
    let vector = try await encoder.embed([""], as: .passage)[0]
    #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-6)
  }

  @Test("says how it computes, and hashes its weights the same twice")
  func report() throws {
    let encoder = try BERTEncoder(
      directory: EncoderFixture.directory, options: .init(precision: .float32))
    let again = try BERTEncoder(
      directory: EncoderFixture.directory, options: .init(precision: .float32, verifiesDigest: true)
    )
    #expect(encoder.fingerprint == again.fingerprint)
    #expect(encoder.fingerprint.hasSuffix("precision=f32"))
    #expect(encoder.report.threadCount >= 1)
    #expect(!encoder.report.kernelLevel.isEmpty)
    #expect(encoder.report.precision == .float32)
  }
}
