import ArgumentParser
import RAG

/// `rag delete`
struct DeleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Remove documents from the index.",
    discussion: """
      Documents are named by their id, by the path of their file or of a directory with all that \
      lies below it, records of standard input together by the --id they were read under, or chosen \
      by a condition as in 'rag query --where'. \
      The files themselves are never touched; a file that still lies in an ingested directory \
      comes back with the next ingest.

      EXAMPLES:
        rag delete notes/old.md notes/drafts
        rag delete --where 'path prefix "/home/me/notes/drafts/"'
      """)

  @Argument(
    help: ArgumentHelp("Paths of files or directories, or ids of documents.", valueName: "document")
  )
  var documents: [String] = []

  @OptionGroup var condition: FilterOptions

  @OptionGroup var wait: WaitOption
  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard documents.isEmpty != (condition.where == nil) else {
      throw ValidationError("Name documents, or choose them with --where")
    }
    // A variable that is not set would name the current directory.
    guard !documents.contains("") else {
      throw ValidationError("A document's name is not empty; for the current directory, write '.'")
    }
  }

  func run() async throws {
    let filter = try condition.filter()
    let engine = try await index.openExisting(wait)
    var (ids, unknown): ([String], [String]) = ([], [])
    if let filter {
      ids = try await engine.delete(where: filter, wait: wait.duration)
    } else {
      (ids, unknown) = try await engine.delete(named: documents, wait: wait.duration)
    }
    let count = ids.count
    Messages.tell(mended: engine.mended)
    if count > 0 {
      for name in unknown { Messages.warning("nothing in the index is named \(name)") }
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
}
