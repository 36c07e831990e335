import ArgumentParser
import RAG

/// `--prune` and `--no-prune`
enum PruningFlag: String, EnumerableFlag {
  case prune, noPrune

  /// What happens to documents whose file is gone.
  var value: IngestOptions.Pruning { self == .prune ? .always : .never }

  static func help(for value: PruningFlag) -> ArgumentHelp? {
    switch value {
    case .prune:
      """
      Remove documents whose file is gone or ignored by now, however many (default: not where they \
      are more than half of the index, or no file is left in the directory). What --exclude leaves \
      out, and a directory that is missing itself, keep their documents until 'rag delete'.
      """
    case .noPrune: "Keep documents whose file is gone."
    }
  }
}
