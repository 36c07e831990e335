import ArgumentParser
import BenchmarkSupport
import RAGEmbed

/// Times each way to tokenize, and loading.
struct Time: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints JSON: the tokens, and the seconds that one pass over all texts takes.",
    discussion: "Figures are the best of several passes; nothing runs beside them.")

  @Option(help: "The encoder's directory.") var encoder: String
  @Option(help: "How many passes each way makes.") var passes = 5

  struct Report: Encodable {
    var tokens = 0
    var loadSeconds = 0.0
    var encodeSeconds = 0.0
    var modelTokensSeconds = 0.0
    var countSeconds = 0.0
  }

  func run() throws {
    let texts = try readTexts()
    var report = Report()
    report.loadSeconds = try best { _ = try WordPieceTokenizer(directory: encoder) }
    let tokenizer = try WordPieceTokenizer(directory: encoder)
    report.encodeSeconds = best {
      report.tokens = texts.reduce(0) { $0 + tokenizer.encode($1).tokens.count }
    }
    var tokens: [Int32] = []
    report.modelTokensSeconds = best {
      for text in texts {
        tokens.removeAll(keepingCapacity: true)
        tokenizer.appendModelTokens(of: text, maximumLength: .max, to: &tokens)
      }
    }
    var count = 0
    report.countSeconds = best {
      count = texts.reduce(0) { $0 + tokenizer.tokenCount(of: $1) }
    }
    guard count == report.tokens else { throw ValidationError("the counts differ") }
    try printJSON(report)
  }

  private func best(_ body: () throws -> Void) rethrows -> Double {
    try (0..<max(1, passes)).map { _ in try seconds(body) }.min() ?? .nan
  }
}
