import ArgumentParser
import Foundation
import RAG

/// `rag import`
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Add the documents of an export.",
    discussion: """
      Reads what 'rag export' wrote, from a file or from standard input (-). Nothing is embedded; \
      documents of the same id are replaced. Of an export that is damaged or cut, nothing is taken; \
      of an import that is interrupted, or for which the device has no room, what was committed \
      stays, and the same import goes on from there.

      EXAMPLES:
        rag import notes.jsonl --index new.rag
        rag export --index old.rag | rag import - --index new.rag
      """)

  @Argument(help: ArgumentHelp("The export, or - for standard input.", valueName: "file"))
  var file: String

  @OptionGroup var wait: WaitOption
  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var lines = try LineReader(file == "-" ? nil : file)
    // What is no export makes no index.
    try Engine.requireExport(firstLine: await lines.first())
    let engine = try await index.open(for: .write, wait: wait.duration)
    let count: Int
    do {
      count = try await engine.import(lines, wait: wait.duration)
    } catch let error as RAGError where error.code == .cancelled {
      // With what is in the index.
      Messages.note(
        error.message.replacing("cancelled", with: "interrupted", maxReplacements: 1))
      throw EndCommand(.interrupted)
    }
    Messages.tell(mended: engine.mended)
    try StandardOutput.write(
      output.json
        ? JSON.document(["documents": count]) : "\(Figures.count(count, "document")) imported\n")
  }
}
