import GRDB
import RAGCore

/// One thing that is wrong with an index.
package struct Damage: Sendable, Hashable {
  /// The name of the file in the index directory.
  package var file: String
  /// What is wrong, and where.
  package var problem: String

  init(_ file: String, _ problem: String) {
    self.file = file
    self.problem = problem
  }

  init(_ file: String, _ error: any Error) {
    self.init(file, (error as? RAGError)?.message ?? "\(error)")
  }

  /// Whether an error is about what is stored, and not about what keeps it from being read.
  static func isMeant(by error: any Error) -> Bool {
    switch error {
    case let error as RAGError:
      error.cause is UnreadablePart
        || ![.io, .readOnly, .busy, .diskFull, .cancelled].contains(error.code)
    case let error as DatabaseError: Salvage.meansLoss(error)
    default: !(error is CancellationError)
    }
  }

  /// Whether it is about a file that can be made anew from the rows.
  var isRebuildable: Bool { !file.hasPrefix(IndexDirectory.databaseName) }
}
