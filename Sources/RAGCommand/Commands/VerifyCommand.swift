import ArgumentParser
import RAG

/// `rag verify`
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every byte of the index.",
    discussion: """
      Holds pages, rows and files against their checksums, and all parts against each other. Says \
      what is damaged; 'rag repair' mends it. A writer may be at work meanwhile. Ends with status \
      2 if something is damaged.

      EXAMPLES:
        rag verify
        rag verify --index ~/notes.rag --json | jq '.damage[].file'
      """)

  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let directory = try index.directory()
    var bar = ProgressBar(try output.messages())
    defer { bar.clear() }
    bar.begin("checking every byte")
    let damage = try await Engine.verify(at: directory)
    bar.clear()
    if output.json {
      try StandardOutput.write(JSON.document(["damage": damage]))
    } else if damage.isEmpty {
      try StandardOutput.write("the index is whole\n")
    } else {
      var table = Table()
      for damage in damage { table.add(damage.file, Printable.line(damage.problem)) }
      try StandardOutput.write(table.text(try output.output()))
    }
    guard damage.isEmpty else {
      Messages.note("the index is damaged; 'rag repair' keeps what is whole")
      throw EndCommand(.failure)
    }
  }
}
