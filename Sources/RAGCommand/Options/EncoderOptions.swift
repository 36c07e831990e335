import ArgumentParser
import Foundation
import RAG
import RAGEmbed

/// Which model makes the vectors.
struct EncoderOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The directory of the embedding model, or 'none' to work with words only (default: \
      RAG_ENCODER, or the model that tools/model fetches).
      """, valueName: "dir"))
  var encoder: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Keep only the first n components of each vector, for models that were trained for it \
      (default: RAG_DIMENSIONS, or what the model says).
      """, valueName: "n"))
  var dimensions: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Put before each query, such as 'query: ' for E5 (default: RAG_QUERY_PREFIX, or what the \
      model says).
      """, valueName: "text"))
  var queryPrefix: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Put before each passage, such as 'passage: ' for E5 (default: RAG_PASSAGE_PREFIX, or what \
      the model says).
      """, valueName: "text"))
  var passagePrefix: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Compute with int8, several times as fast and nearly as good, or with f32; an index keeps to \
      one of them (default: RAG_PRECISION, or int8).
      """))
  var precision: EncoderPrecision?

  @Flag(help: "Hash the model's weights again, though the file looks unchanged.")
  var verifyModel = false

  func validate() throws {
    guard dimensions ?? 1 > 0 else { throw ValidationError("--dimensions takes 1 or more") }
  }

  /// Where the model is; nil: no model is wanted.
  func directory() throws -> String? {
    let directory = try encoder ?? Setting.encoder.value() ?? BERTEncoder.standardDirectory
    return directory == "none" ? nil : directory
  }

  /// Loads the model; nil when none is wanted, or none is named and the standard one is absent.
  func loadIfPresent() throws -> BERTEncoder? {
    guard let directory = try directory(),
      directory != BERTEncoder.standardDirectory
        || FileManager.default.fileExists(atPath: directory)
    else { return nil }
    return try load()
  }

  /// Loads the model; nil when none is wanted.
  func load() throws -> BERTEncoder? {
    guard let directory = try directory() else { return nil }
    guard
      directory != BERTEncoder.standardDirectory
        || FileManager.default.fileExists(atPath: directory)
    else {
      throw RAGError(
        .notFound,
        "there is no embedding model; fetch it with tools/model, or name one with --encoder",
        path: directory)
    }
    return try BERTEncoder(
      directory: directory,
      options: BERTEncoder.Options(
        queryPrefix: try queryPrefix ?? Setting.queryPrefix.value(),
        passagePrefix: try passagePrefix ?? Setting.passagePrefix.value(),
        dimensions: try dimensions ?? Setting.dimensions.count(),
        precision: try precision ?? Setting.precision.choice(EncoderPrecision.self) ?? .int8,
        verifiesDigest: verifyModel))
  }
}
