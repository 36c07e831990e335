import ArgumentParser
import Foundation
import RAG

/// `rag get`
struct GetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Print the exact source bytes of a chunk.",
    discussion: """
      The bytes come from the source as it is now, markup and all, and only if it has not changed \
      since it was ingested. Chunks are named by the ids that 'rag query' shows.

      EXAMPLES:
        rag get 1742
        rag query "rowid tables" --json | jq '.hits[0].chunk.id' | xargs rag get
      """)

  @Argument(help: ArgumentHelp("The id of the chunk.", valueName: "chunk"))
  var chunk: Int64

  @OptionGroup var index: IndexOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let excerpt = try await index.open(for: .read).excerpt(ofChunk: chunk)
    guard output.json else { return try StandardOutput.write(excerpt.bytes) }
    try StandardOutput.write(
      JSON.document(
        Report(
          chunk: chunk, document: excerpt.document, span: excerpt.span,
          encoding: excerpt.encoding, converter: excerpt.document.converter,
          text: String(validating: excerpt.bytes, as: UTF8.self),
          base64: Data(excerpt.bytes).base64EncodedString())))
  }

  /// The JSON of a chunk. `text` is there when the bytes are UTF-8.
  private struct Report: Encodable {
    var chunk: Int64
    var document: Hit.DocumentReference
    var span: Span
    var encoding: String
    var converter: String?
    var text: String?
    var base64: String
  }
}
