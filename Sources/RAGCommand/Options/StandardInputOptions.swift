import ArgumentParser
import RAG

/// What standard input holds.
struct StandardInputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The id of the document on standard input (default: standard-input).", valueName: "id"))
  var id: String?

  @Option(help: ArgumentHelp("Its title.", valueName: "text"))
  var title: String?

  @Option(help: "What it is: text, markdown or html (default: as it looks).")
  var type: MediaTypeArgument?

  /// Whether the command line says anything of it.
  var isGiven: Bool { id != nil || title != nil || type != nil }

  /// Reads standard input, which is one document.
  func source() throws -> IngestSource {
    var input = StandardInput()
    return .document(
      MemoryDocument(
        id: id ?? "standard-input", bytes: try input.readAll(), mediaType: type?.mediaType,
        title: title))
  }
}
