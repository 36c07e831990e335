import ArgumentParser
import RAG

/// `rag repair`
struct RepairCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract: "Make a damaged index whole again.",
    discussion: """
      Keeps each document all of whose texts are whole, without vectors where some are lost, builds \
      graph and full text anew, and lists what was lost; ingest their files again to have them back. The damaged \
      database is kept as rag.sqlite.damaged; delete it when you have no more use for it. Ends \
      with status 3 if anything was lost.

      EXAMPLES:
        rag repair
        rag repair --index ~/notes.rag --json | jq -r '.lost[]'
      """)

  @OptionGroup var wait: WaitOption
  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var bar = ProgressBar(try output.messages())
    defer { bar.clear() }
    bar.begin("checking and mending")
    let report = try await Engine.repair(at: index.directory(), wait: wait.duration) { report in
      bar.clear()
      try show(report)
    }
    if !report.lost.isEmpty { throw EndCommand(.partialFailure) }
  }

  private func show(_ report: RepairReport) throws {
    guard !output.json else { return try StandardOutput.write(JSON.document(report)) }
    guard !report.damage.isEmpty || !report.lost.isEmpty else {
      return try StandardOutput.write("the index is whole; nothing to do\n")
    }
    var text = report.lost.map { "lost: \(Printable.line($0))\n" }.joined()
    text += "\(Figures.count(report.documents, "document")) kept\n"
    try StandardOutput.write(text)
    if let path = report.damagedDatabase { Messages.note("the damaged database is \(path)") }
  }
}
