import ArgumentParser
import BenchmarkSupport
import Foundation
import RAGCore
import RAGEmbed

/// Does the jobs of a plan with our encoder, as tools/peers-encoder asks for it.
@main
struct EncoderBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encoder",
    abstract: "Times the encoder on the jobs of a plan; tools/peers-encoder writes plans.",
    discussion: """
      PLAN is a JSON file {"model": DIR, "threads": T, "jobs": [{"name": …, "texts": [TEXT, …], \
      "batch": B, "sort": BOOL, "reps": R}, …]}. Each job turns its texts into normalised vectors, \
      tokenizer included, B of them at a time, once unmeasured and then R times; sort takes them \
      by length. Every line of the output is a JSON object, written when it is known:
        {"event": "ready"} when the text "hello" has been encoded
        {"name": …, "seconds": [R times], "lat_ms": [of each call, where B is 1],
         "tokens": COUNT, "mean0": [the first four values of the first vector]} for each job
        {"event": "end", "rss_mb": MOST}
      Tokens are counted without padding, special tokens included.
      """)

  @Argument(help: "The file that holds the plan.") var plan: String
  @Option(help: "The precision of the computation: f32 or int8.") var precision = EncoderPrecision
    .float32

  func run() async throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: plan))
    let plan = try JSONDecoder().decode(Plan.self, from: data)
    let encoder = try BERTEncoder(
      directory: plan.model, options: .init(precision: precision, threadCount: plan.threads))
    _ = try await encoder.embed(["hello"], as: .passage)
    try write(Event(event: "ready"))
    for job in plan.jobs { try write(await job.figures(of: encoder)) }
    try write(Event(event: "end", rss_mb: peakResidentMemory()))
  }

  /// Writes a line at once, since its reader takes the time at which it comes.
  private func write(_ value: some Encodable) throws {
    try FileHandle.standardOutput.write(contentsOf: JSONEncoder().encode(value) + Data("\n".utf8))
  }
}

extension EncoderPrecision: @retroactive ExpressibleByArgument {}
