import ArgumentParser
import RAG

/// `rag status`
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say what the index holds and how it was made.",
    discussion: """
      EXAMPLES:
        rag status
        rag status --index ~/notes.rag --json | jq .documents
      """)

  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let engine = try await index.open(for: .read)
    let status = try await engine.status()
    Messages.warn(of: engine.damage)
    guard !output.json else { return try StandardOutput.write(JSON.document(status)) }
    var table = Table()
    table.add("index", Printable.line(status.index))
    table.add("documents", Figures.count(status.documents))
    table.add("chunks", "\(Figures.count(status.chunks)) of \(Figures.count(status.tokens)) tokens")
    table.add(
      "vectors",
      status.vectors == 0
        ? "none; only words are searched"
        : "\(Figures.count(status.vectors))\(status.vectors < status.chunks ? " (other chunks are found by words alone)" : ""), \(Figures.count(status.graphVectors)) in the graph"
    )
    if let encoder = status.encoder {
      table.add("encoder", "\(encoder), \(Figures.count(status.dimension ?? 0)) dimensions")
    }
    if let fingerprint = status.fingerprint { table.add("fingerprint", fingerprint) }
    table.add("sources", Figures.bytes(status.sourceBytes))
    table.add("on disk", Figures.bytes(status.indexBytes))
    table.add("revision", Figures.count(status.revision))
    try StandardOutput.write(table.text(try output.output()))
  }
}
