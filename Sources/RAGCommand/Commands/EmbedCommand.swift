import ArgumentParser
import RAG

/// `rag embed`
struct EmbedCommand: AsyncParsableCommand {
  /// How vectors are written.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case jsonl, fvecs
  }

  /// What the texts are for.
  enum Role: String, CaseIterable, ExpressibleByArgument {
    case passage, query
  }

  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Turn JSON lines of texts into vectors.",
    discussion: """
      Reads lines {"id": …, "text": "…"} from standard input and writes lines {"id": …, \
      "embedding": […]} in their order, some hundred at a time. With --format fvecs it writes \
      binary vectors without ids: for each the dimension as little-endian Int32, then as many \
      Float32.

      EXAMPLES:
        echo '{"id": 1, "text": "whales are mammals"}' | rag embed
        rag embed --format fvecs < passages.jsonl > passages.fvecs
        rag embed --as query < questions.jsonl
      """)

  @Option(help: "Write jsonl or fvecs.")
  var format = Format.jsonl

  @Option(help: "What the texts are, passage or query; some models treat them differently.")
  var `as` = Role.passage

  @OptionGroup var encoder: EncoderOptions

  func run() async throws {
    guard let encoder = try encoder.load() else {
      throw RAGError(.invalidInput, "embedding needs a model; name one with --encoder")
    }
    let role: EmbeddingRole = self.as == .query ? .query : .passage
    var reader = try EmbedReader(encoder)
    while let batch = try await reader.next() {
      let vectors = try await encoder.embed(batch.map(\.text), as: role)
      switch format {
      case .jsonl:
        var lines = ""
        for (item, vector) in zip(batch, vectors) { lines += try item.line(vector) }
        try StandardOutput.write(lines)
      case .fvecs:
        try StandardOutput.write(vectors.flatMap(Self.fvecs))
      }
    }
    if let warning = reader.warning { Messages.warning(warning) }
  }

  private static func fvecs(_ vector: [Float]) -> [UInt8] {
    let words = [UInt32(truncatingIfNeeded: vector.count)] + vector.map(\.bitPattern)
    return words.map(\.littleEndian).withUnsafeBytes(Array.init)
  }
}
