import ArgumentParser
import Foundation
import RAG

/// `rag delete`
struct DeleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Remove documents from the index.",
    discussion: """
      Documents are named by their path or id, or chosen by a condition as in 'rag query --where'. \
      The files themselves are never touched; a file that still lies in an ingested directory \
      comes back with the next ingest.

      EXAMPLES:
        rag delete notes/old.md
        rag delete --where 'path prefix "/home/me/notes/drafts/"'
      """)

  @Argument(help: ArgumentHelp("Paths or ids of documents.", valueName: "document"))
  var documents: [String] = []

  @OptionGroup var condition: FilterOptions

  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard documents.isEmpty != (condition.where == nil) else {
      throw ValidationError("Name documents, or choose them with --where")
    }
  }

  func run() async throws {
    let filter = try condition.filter()
    let engine = try await index.open(for: .write)
    let count =
      if let filter {
        try await engine.delete(where: filter).count
      } else {
        try await engine.delete(ids: documents.flatMap(Self.ids))
      }
    if output.json {
      try StandardOutput.write(JSON.document(["removed": count]))
    } else if count > 0 {
      try StandardOutput.write("\(Figures.count(count, "document")) removed\n")
    }
    guard count > 0 else {
      Messages.note("no such document in the index")
      throw EndCommand(.nothingFound)
    }
  }

  /// The ids that an argument may mean: itself, or the absolute path of a file.
  private static func ids(_ argument: String) -> [String] {
    let path = URL(filePath: argument).standardizedFileURL.path(percentEncoded: false)
    return path == argument ? [argument] : [argument, path]
  }
}
