import ArgumentParser
import RAG

/// How to read files of records, one document a record.
struct RecordOptions: ParsableArguments {
  /// A kind of file of records.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case jsonl, csv
  }

  @Option(
    help: ArgumentHelp(
      "Read records: jsonl or csv. A field 'title' is the title, others become metadata.",
      valueName: "kind"))
  var format: Kind?

  @Option(help: ArgumentHelp("The field with the text (default: text).", valueName: "name"))
  var textField: String?

  @Option(
    help: ArgumentHelp("The field with the id (default: id, or the line).", valueName: "name"))
  var idField: String?

  func validate() throws {
    guard format != nil || (textField == nil && idField == nil) else {
      throw ValidationError("--text-field and --id-field need --format jsonl or csv")
    }
  }

  /// The format; nil when files are documents.
  func recordFormat() -> RecordFormat? {
    format.map {
      RecordFormat(
        $0 == .csv ? .csv : .jsonl, textField: textField ?? "text", idField: idField ?? "id")
    }
  }
}
