import ArgumentParser
import RAG

/// Which documents a command is about.
struct FilterOptions: ParsableArguments {
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      """
      Only documents that meet a condition: field = value, !=, <, <=, >, >=, in (…), between … \
      and …, prefix "…", exists field; joined by and, or, not. Fields are path, title, language, \
      mediaType, and metadata.
      """, valueName: "condition"))
  var `where`: String?

  /// The condition; nil: all documents.
  /// - Throws: an error of usage that names the column.
  func filter() throws -> Filter? {
    guard let text = `where` else { return nil }
    do {
      return try Filter(parsing: text)
    } catch let error as RAGError {
      throw ValidationError("--where: \(error.message)")
    }
  }
}
