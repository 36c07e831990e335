import ArgumentParser
import RAG

/// What standard input holds.
struct StandardInputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The id of the document on standard input (default: standard-input).", valueName: "id"))
  var id: String?

  @Option(help: ArgumentHelp("Its title; not with --format.", valueName: "text"))
  var title: String?

  @Option(help: "What it is: text, markdown or html (default: as it looks); not with --format.")
  var type: MediaTypeArgument?

  /// Whether the command line says anything of it.
  var isGiven: Bool { id != nil || describesDocument }

  /// Whether it says something that is not so of records.
  var describesDocument: Bool { title != nil || type != nil }

  /// Reads standard input, which is one document.
  /// - Throws: ``RAGError`` of code `invalidInput` where it is empty; `limitExceeded`, `io`.
  func source() throws -> IngestSource {
    let id = id ?? "standard-input"
    var input = StandardInput()
    let bytes = try input.readAll()
    // More likely a command before the pipe that failed than a wish to have the document gone.
    guard !bytes.isEmpty else {
      throw RAGError(
        .invalidInput,
        "standard input is empty, and nothing was done; 'rag delete' removes a document")
    }
    return .document(
      MemoryDocument(id: id, bytes: bytes, mediaType: type?.mediaType, title: title))
  }
}
