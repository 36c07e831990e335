import ArgumentParser
import RAG

/// `rag backup`
struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the index while it is in use.",
    discussion: """
      The copy is one whole committed state, and an index like any other. It appears when it is \
      complete, or not at all; until then it grows as the directory with .partial behind its name.

      To go back to a copy, stop what writes to the index, and put all of it in the place of the index: single files of two states do \
      not go together.

      EXAMPLES:
        rag backup /backups/notes-monday.rag --index notes.rag
        mv notes.rag notes-broken.rag && cp -r /backups/notes-monday.rag notes.rag
      """)

  @Argument(help: ArgumentHelp("A directory that does not exist yet.", valueName: "dir"))
  var target: String

  @OptionGroup var index: IndexOptions

  func run() async throws {
    let engine = try await index.open(for: .read)
    var bar = ProgressBar(Terminal.messages(.auto))
    defer { bar.clear() }
    bar.begin("copying \(Figures.bytes(try await engine.status().indexBytes))")
    try await engine.backup(to: target)
  }
}
