import BenchmarkSupport
import RAGCore
import RAGEmbed

/// Some texts to encode, and how.
struct Job: Decodable {
  var name: String
  var texts: [String]
  /// Texts a call.
  var batch: Int
  /// Whether texts of like length are encoded together.
  var sort: Bool
  /// How often it is timed.
  var reps: Int

  /// Does the job once unmeasured, then `reps` times.
  func figures(of encoder: BERTEncoder) async throws -> JobFigures {
    var figures = JobFigures(name: name)
    var latencies: [Double] = []
    _ = try await vectors(of: encoder, &latencies)
    latencies = []
    for _ in 0..<reps {
      let elapsed = try await seconds {
        let vectors = try await vectors(of: encoder, &latencies)
        figures.mean0 = vectors.first.map { Array($0.prefix(4)) } ?? []
      }
      figures.seconds.append(elapsed)
    }
    if batch == 1 { figures.lat_ms = latencies }
    // Over the limit a text is cut; a start and an end go with every one.
    figures.tokens = texts.reduce(0) {
      $0 + min(encoder.tokenCounter.tokenCount(of: $1), encoder.maximumTokenCount) + 2
    }
    return figures
  }

  /// The vectors in the order of the texts; adds the milliseconds of each call to `latencies`.
  private func vectors(
    of encoder: BERTEncoder, _ latencies: inout [Double]
  ) async throws -> [[Float]] {
    var order = Array(texts.indices)
    if sort {
      let lengths = texts.map(\.unicodeScalars.count)
      order.sort { (lengths[$0], $0) < (lengths[$1], $1) }
    }
    var vectors = [[Float]](repeating: [], count: texts.count)
    for start in stride(from: 0, to: order.count, by: max(1, batch)) {
      let group = order[start..<min(start + batch, order.count)]
      let elapsed = try await seconds {
        let found = try await encoder.embed(group.map { texts[$0] }, as: .passage)
        for (index, vector) in zip(group, found) { vectors[index] = vector }
      }
      latencies.append(elapsed * 1000)
    }
    return vectors
  }
}
