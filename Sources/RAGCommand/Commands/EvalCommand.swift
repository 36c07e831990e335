import ArgumentParser
import Foundation
import RAG
import RAGEval

/// `rag eval`
struct EvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measure retrieval quality on judged sets.",
    discussion: """
      A set is a directory in the layout of BEIR: corpus.jsonl, queries.jsonl, and qrels.tsv or \
      qrels/test.tsv. It is ingested into an index of its own and every judged query is run in each \
      mode; a document ranks where its best chunk does. The measures are trec_eval's.

      EXAMPLES:
        rag eval --beir datasets/scifact
        rag eval --beir cranfield --mode hybrid --run cranfield.trec
        rag eval --beir cranfield --beir scifact --index ~/sets --json
      """)

  @Option(help: ArgumentHelp("The directory of a set. Repeatable.", valueName: "dir"))
  var beir: [String]

  @Option(help: "A mode to measure: vector, lexical or hybrid (default: all). Repeatable.")
  var mode: [SearchMode] = []

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "Write what was found as a TREC run; needs one set and one --mode.", valueName: "file"))
  var runFile: String?

  @Option(
    help: ArgumentHelp(
      "Keep the indexes of the sets below a directory (default: thrown away).", valueName: "dir"))
  var index: String?

  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !beir.isEmpty else { throw ValidationError("Name a set with --beir") }
    guard runFile == nil || (beir.count == 1 && mode.count == 1) else {
      throw ValidationError("--run needs one --beir and one --mode")
    }
  }

  func run() async throws {
    let sets = try beir.map { try BEIRSet.load(directory: $0) }
    let encoder = try encoder.load()
    let modes = mode.isEmpty ? (encoder == nil ? [.lexical] : SearchMode.allCases) : mode
    let scratch = FileManager.default.temporaryDirectory.appending(path: "rag-eval-\(UUID())")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let home = index.map { URL(filePath: $0) } ?? scratch

    var results: [EvalRunner.Result] = []
    for set in sets {
      let runner = EvalRunner(
        set: set,
        engine: try await Engine.open(
          at: home.appending(path: set.name).path(percentEncoded: false), encoder: encoder))
      try await runner.ingest(showing: try output.messages())
      let runs = try await runner.runs(modes)
      if let file = runFile, let only = runs[modes[0]] { try only.writeTREC(to: file) }
      results.append(try runner.result(of: runs))
    }
    try StandardOutput.write(
      output.json
        ? JSON.document(["sets": results]) : EvalRunner.table(results, try output.output()))
  }
}
