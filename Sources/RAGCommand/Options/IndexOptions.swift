import ArgumentParser
import RAG

/// Which index a command works on.
struct IndexOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The directory of the index (default: RAG_INDEX, or .rag).", valueName: "dir"))
  var index: String?

  func validate() throws { try Self.validate(index) }

  /// The directory of the index.
  func directory() throws -> String { try Self.directory(index) }

  /// Checks what `--index` names, where it has a help of its own.
  static func validate(_ index: String?) throws {
    guard index != "" else {
      throw ValidationError("--index is not empty; for the current directory, write '.'")
    }
  }

  /// The directory of the index that `--index` names, or else a setting.
  static func directory(_ index: String?) throws -> String {
    let path = try index ?? Setting.index.value() ?? ".rag"
    guard !path.isEmpty else {
      throw RAGError(
        .invalidInput, "the setting 'index' is empty", path: Configuration.path)
    }
    // What other names than the one that was meant would become too.
    guard !path.contains("\u{FFFD}") else {
      throw RAGError(
        .invalidInput, "the name of the index is not valid UTF-8; choose another", path: path)
    }
    return path
  }

  /// Opens an index that is there already, to change it.
  func openExisting(_ wait: WaitOption) async throws -> Engine {
    // Opening it to read tells what is missing, and makes nothing.
    _ = try await open(for: .read)
    return try await open(for: .write, wait: wait.duration)
  }

  /// Opens the index.
  func open(
    for access: Engine.Access, encoder: (any Embedder)? = nil, reranker: (any Reranker)? = nil,
    wait: Duration = .seconds(5)
  ) async throws -> Engine {
    try await Engine.open(
      at: directory(), encoder: encoder, reranker: reranker, for: access, wait: wait)
  }
}
