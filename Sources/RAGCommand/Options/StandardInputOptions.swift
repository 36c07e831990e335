import ArgumentParser
import RAG

/// What standard input holds.
struct StandardInputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The id of the document on standard input.", valueName: "id"))
  var id = "standard-input"

  @Option(help: ArgumentHelp("Its title.", valueName: "text"))
  var title: String?

  @Option(help: "What it is: text, markdown or html (default: as it looks).")
  var type: MediaTypeArgument?

  /// Reads standard input, which is one document.
  func source() throws -> IngestSource {
    var input = StandardInput()
    return .document(
      MemoryDocument(
        id: id, bytes: try input.readAll(), mediaType: type?.mediaType, title: title))
  }
}
