import ArgumentParser
import BenchmarkSupport
import Foundation
import RAG

/// `store cancel`
struct Cancel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How soon work returns that is cancelled at a random moment.",
    discussion: """
      A write is done once whole, and a search each time; then they are cancelled at a moment of the \
      time that took. Fails when the index is damaged afterwards.
      """)

  @Option(help: "Documents of the index.") var documents = 20_000
  @Option(help: "Cancellations of each kind of work.") var rounds = 300
  @Option(help: "The directory of the encoder that an ingest embeds with; without, there is none.")
  var encoder: String?
  @Option(help: "The encoder's precision: f32 or int8.") var precision = "int8"
  @Option(help: "Where the indexes are made, which are not there yet; they are left there.")
  var folder: String

  struct Result: Encodable {
    var works: [Figures]
    /// What is wrong with the indexes afterwards.
    var damage: [IndexDamage]
  }

  struct Figures: Encodable {
    var work: String
    /// Of work that nobody cancels; the median of searches.
    var wholeMilliseconds: Double
    /// Rounds that ended as cancelled.
    var cancelled: Int
    /// Rounds that were whole when, or although, they were cancelled.
    var whole: Int
    /// From the cancellation to the end of the call; not of what ended before.
    var returned: Latency
    /// Rounds in which that took more than 100 ms.
    var late: Int
    /// From the cancellation to when another writer is let in; of writes only.
    var writable: Latency?
  }

  struct Latency: Encodable {
    var p50Milliseconds: Double
    var p99Milliseconds: Double
    var mostMilliseconds: Double

    init(_ seconds: [Double]) {
      p50Milliseconds = median(seconds) * 1_000
      p99Milliseconds = percentile(seconds, 0.99) * 1_000
      mostMilliseconds = percentile(seconds, 1) * 1_000
    }
  }

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds is 1 or more") }
  }

  func run() async throws {
    let index = try await TailedIndex(at: folder + "/index", documents: documents, rounds: rounds)
    var works = [Figures]()
    for mode in [SearchMode.vector, .lexical, .hybrid] {
      works.append(try await figures(index.search(mode)))
    }
    for work in [index.fold, index.compaction] { works.append(try await figures(work)) }
    var damage = try await Engine.verify(at: folder + "/index")
    if let encoder {
      guard let precision = EncoderPrecision(rawValue: precision) else {
        throw ValidationError("--precision is f32 or int8")
      }
      let model = try BERTEncoder(directory: encoder, options: .init(precision: precision))
      _ = try await model.embed(["hello"], as: .passage)
      let engine = try await Engine.open(at: folder + "/embedded", encoder: model)
      works.append(try await figures(.embedding(in: engine)))
      damage += try await Engine.verify(at: folder + "/embedded")
    }
    try printJSON(Result(works: works, damage: damage))
    guard damage.isEmpty else { throw ExitCode.failure }
  }

  private func figures(_ work: CancelledWork) async throws -> Figures {
    try await work.prepare()
    var lengths = [try await seconds { try await work.run(0) }]
    var random = SeededGenerator(seed: 11)
    var (returned, writable): ([Double], [Double]) = ([], [])
    var (cancelled, wholes) = (0, 0)
    for round in 1...rounds {
      try await work.prepare()
      if work.writer == nil { lengths.append(try await seconds { try await work.run(round) }) }
      let outcome = try await work.cancelled(
        after: .random(in: 0..<lengths[lengths.count - 1], using: &random), round: round)
      if let seconds = outcome.returned { returned.append(seconds) }
      if let seconds = outcome.writable { writable.append(seconds) }
      if outcome.isWhole { wholes += 1 } else { cancelled += 1 }
    }
    return Figures(
      work: work.name, wholeMilliseconds: median(lengths) * 1_000, cancelled: cancelled,
      whole: wholes,
      returned: Latency(returned), late: returned.count { $0 > 0.1 },
      writable: work.writer == nil ? nil : Latency(writable))
  }
}
