import ArgumentParser
import RAG

/// Which model judges the best passages once more.
struct RerankerOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The directory of a cross-encoder, such as ms-marco-MiniLM-L-6-v2, that reads the best 50 \
      passages together with the question and orders them (default: RAG_RERANKER, or none).
      """, valueName: "dir"))
  var reranker: String?

  /// Loads the model; nil when none is wanted.
  func load() throws -> CrossEncoder? {
    guard let directory = try reranker ?? Setting.reranker.value(), directory != "none" else {
      return nil
    }
    return try CrossEncoder(directory: directory)
  }
}
