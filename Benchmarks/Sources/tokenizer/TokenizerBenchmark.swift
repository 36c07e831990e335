import ArgumentParser

/// What `tools/peers-tokenizer` runs.
@main
struct TokenizerBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Tokenizes texts, or times that. Texts are read from standard input.",
    discussion: "Each line is a text as a JSON string.",
    subcommands: [Encode.self, Time.self])
}
