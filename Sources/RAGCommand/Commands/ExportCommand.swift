import ArgumentParser
import RAG

/// `rag export`
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the index as JSON lines.",
    discussion: """
      One line a document, with text, metadata, places in the source and vectors; the first line \
      says how they were made, and the last one closes the export: 'rag import' takes none without it.

      EXAMPLES:
        rag export > notes.jsonl
        rag export | jq -r 'select(.id) | .id'
      """)

  @OptionGroup var index: IndexOptions

  func run() async throws {
    let engine = try await index.open(for: .read)
    do {
      try await engine.export { try StandardOutput.write($0) }
    } catch is ClosedOutput {
      // Half an export must not pass for one.
      throw RAGError(.io, "standard output was closed before the export was whole")
    }
  }
}
