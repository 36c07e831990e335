import ArgumentParser
import BenchmarkSupport
import Foundation
import RAGCore
import RAGEmbed

/// Times the encoder per length of text and batch size.
@main
struct EncoderBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encoder",
    abstract: "Times an encoder and prints JSON: tokens a second per length, batch and threads.",
    discussion: """
      Text in, normalised vectors out, tokenizer included. The texts are words of the encoder's own
      vocabulary order, made from a seed. The classes take turns in each round; figures are
      medians over the rounds. Tokens are counted without padding, special tokens included.
      """)

  @Option(help: "The encoder's directory.") var encoder: String
  @Option(help: "Numbers of threads, with commas.") var threads = "1,2"
  @Option(help: "How often each class is timed.") var rounds = 5

  struct Row: Encodable {
    var textClass: String
    var batch: Int
    var threads: Int
    var tokensPerSecond: Double
    var millisecondsPerCall: Double
  }

  /// Texts of about `low` to `high` tokens.
  struct TextClass {
    var name: String
    var texts: [String]
  }

  func run() async throws {
    var rows: [Row] = []
    for threadCount in threads.split(separator: ",").compactMap({ Int($0) }) {
      let model = try BERTEncoder(
        directory: encoder, options: .init(threadCount: threadCount))
      let classes = makeClasses()
      var times: [String: [Double]] = [:]
      for round in 0...rounds {
        for textClass in classes {
          for batch in [1, 32] {
            let elapsed = try await seconds {
              for start in stride(from: 0, to: textClass.texts.count, by: batch) {
                let end = min(start + batch, textClass.texts.count)
                _ = try await model.embed(Array(textClass.texts[start..<end]), as: .passage)
              }
            }
            if round > 0 { times["\(textClass.name)/\(batch)", default: []].append(elapsed) }
          }
        }
      }
      for textClass in classes {
        let tokens = textClass.texts.reduce(0) { $0 + model.tokenCounter.tokenCount(of: $1) + 2 }
        for batch in [1, 32] {
          let elapsed = median(times["\(textClass.name)/\(batch)"] ?? [])
          let calls = (textClass.texts.count + batch - 1) / batch
          rows.append(
            Row(
              textClass: textClass.name, batch: batch, threads: threadCount,
              tokensPerSecond: Double(tokens) / elapsed,
              millisecondsPerCall: elapsed * 1000 / Double(calls)))
        }
      }
    }
    try printJSON(rows)
  }

  private func makeClasses() -> [TextClass] {
    var generator = SeededGenerator(seed: 1)
    let words = [
      "table", "index", "row", "query", "page", "cache", "file", "write", "ahead", "log", "value",
      "column", "the", "of", "and", "is", "stored", "database", "pointer", "transaction", "read",
    ]
    func text(_ tokens: Int) -> String {
      (0..<(tokens - 2)).map { _ in words.randomElement(using: &generator) ?? "" }
        .joined(separator: " ")
    }
    return [
      TextClass(name: "short16", texts: (0..<64).map { _ in text(16) }),
      TextClass(name: "mid64", texts: (0..<32).map { _ in text(64) }),
      TextClass(name: "long256", texts: (0..<32).map { _ in text(256) }),
      TextClass(
        name: "mixed", texts: (0..<32).map { _ in text(Int.random(in: 6...256, using: &generator)) }
      ),
    ]
  }
}
