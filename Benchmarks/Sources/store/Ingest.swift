import ArgumentParser
import BenchmarkSupport
import Foundation
import RAG

/// `store ingest`
struct Ingest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What an ingest takes, against its encoder alone.",
    discussion: """
      Each round ingests the sources into a new index, and then gives the texts that were embedded \
      to the encoder once more, in the same calls and nothing else.
      """)

  @Argument(help: "Files and directories.") var sources: [String]
  @Option(help: "The directory of the encoder.") var encoder: String
  @Option(help: "The encoder's precision: f32 or int8.") var precision = "int8"
  @Option(help: "Rounds; the figures are medians.") var rounds = 3
  @Option(help: "Where the indexes are made; each is removed.") var folder: String

  struct Result: Encodable {
    var chunks: Int
    var ingest: Cost
    var encoder: Cost
    /// Wall time of the ingest over that of the encoder, less 1; the median of the rounds' own.
    var overhead: Double
    /// Wall seconds of the encoder alone, by texts a call.
    var secondsByBatch: [String: Double]
    var peakResidentMiB: Double
  }

  struct Cost: Encodable {
    var seconds: Double
    var processorSeconds: Double
  }

  func run() async throws {
    guard let precision = EncoderPrecision(rawValue: precision) else {
      throw ValidationError("--precision is f32 or int8")
    }
    let recorder = Recorder(
      try BERTEncoder(directory: encoder, options: .init(precision: precision)))
    _ = try await recorder.embed(["hello"], as: .passage)
    var (ingests, encoders): ([Cost], [Cost]) = ([], [])
    for round in 0..<rounds {
      recorder.calls = []
      ingests.append(try await cost { try await ingest(with: recorder, round: round) })
      encoders.append(
        try await cost {
          for texts in recorder.calls { _ = try await recorder.encoder.embed(texts, as: .passage) }
        })
    }
    let texts = recorder.calls.flatMap(\.self)
    var secondsByBatch: [String: Double] = [:]
    for size in [128, 256, 512] {
      secondsByBatch["\(size)"] = try await seconds {
        for start in stride(from: 0, to: texts.count, by: size) {
          let batch = texts[start..<min(start + size, texts.count)]
          _ = try await recorder.encoder.embed(Array(batch), as: .passage)
        }
      }
    }
    try printJSON(
      Result(
        chunks: texts.count, ingest: middle(ingests), encoder: middle(encoders),
        overhead: median(zip(ingests, encoders).map { $0.seconds / $1.seconds - 1 }),
        secondsByBatch: secondsByBatch, peakResidentMiB: peakResidentMemory()))
  }

  private func ingest(with embedder: any Embedder, round: Int) async throws {
    let path = folder + "/ingest-\(round)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let engine = try await Engine.open(at: path, encoder: embedder)
    for try await _ in engine.ingest(sources.map { .path($0) }) {}
  }

  private func cost(_ body: () async throws -> Void) async throws -> Cost {
    let before = processorSeconds()
    let elapsed = try await seconds(body)
    return Cost(seconds: elapsed, processorSeconds: processorSeconds() - before)
  }

  private func middle(_ costs: [Cost]) -> Cost {
    Cost(
      seconds: median(costs.map(\.seconds)),
      processorSeconds: median(costs.map(\.processorSeconds)))
  }
}

/// An encoder that keeps what it is given.
///
/// `@unchecked Sendable`: an ingest makes one call at a time, and `calls` is read between ingests.
private final class Recorder: Embedder, @unchecked Sendable {
  let encoder: BERTEncoder
  var calls: [[String]] = []

  init(_ encoder: BERTEncoder) { self.encoder = encoder }

  var fingerprint: String { encoder.fingerprint }
  var name: String { encoder.name }
  var dimension: Int { encoder.dimension }
  var maximumTokenCount: Int { encoder.maximumTokenCount }
  var tokenCounter: any TokenCounter { encoder.tokenCounter }

  func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
    calls.append(texts)
    return try await encoder.embed(texts, as: role)
  }
}
