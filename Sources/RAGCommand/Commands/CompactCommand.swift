import ArgumentParser
import RAG

/// `rag compact`
struct CompactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact",
    abstract: "Give back the space of what was removed.",
    discussion: """
      Every ingest keeps the index within some tens of percent of its least size, but for about a \
      megabyte, and up to 2,048 removed chunks in its files; this makes it as small and as quick as it \
      can be. An index of few documents grows by files of their words and vectors.

      EXAMPLES:
        rag compact
      """)

  @OptionGroup var wait: WaitOption
  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let engine = try await index.openExisting(wait)
    var bar = ProgressBar(try output.messages())
    defer { bar.clear() }
    bar.begin("compacting \(Figures.bytes(try await engine.status().indexBytes))")
    let (before, after) = try await engine.compact(wait: wait.duration)
    bar.clear()
    Messages.tell(mended: engine.mended)
    if output.json {
      try StandardOutput.write(JSON.document(["before": before, "after": after]))
    } else {
      try StandardOutput.write("\(Figures.bytes(before)) before, \(Figures.bytes(after)) now\n")
    }
  }
}
