import GRDB
import RAGCore

/// One thing that is wrong with an index.
package struct Damage: Sendable, Hashable {
  /// The name of the file in the index directory.
  package var file: String
  /// What is wrong, and where.
  package var problem: String
  /// Whether all that is known of it is that the device could not read it, which may pass.
  let isOfDevice: Bool

  init(_ file: String, _ problem: String, isOfDevice: Bool = false) {
    self.file = file
    self.problem = problem
    self.isOfDevice = isOfDevice
  }

  init(_ file: String, _ error: any Error) {
    self.init(
      file, (error as? RAGError)?.message ?? "\(error)", isOfDevice: Self.isOfDevice(error))
  }

  /// A table that cannot be read to its end.
  init(table: String, _ error: DatabaseError) {
    self.init(
      IndexDirectory.databaseName,
      "table \(table) cannot be read to its end (\(error.resultCode))",
      isOfDevice: Self.isOfDevice(error))
  }

  /// What SQLite's own check found, which does not always tell whether the device is to blame.
  init(integrityCheck line: String) {
    let signs = ["error code=\(sqliteReadFailed)", "Failed to read ptrmap"]
    self.init(
      IndexDirectory.databaseName, line, isOfDevice: signs.contains(where: line.contains))
  }

  private static func isOfDevice(_ error: any Error) -> Bool {
    switch error {
    case let error as RAGError: error.isUnreadablePart
    case let error as DatabaseError: error.extendedResultCode.rawValue == sqliteReadFailed
    default: false
    }
  }

  /// Whether an error is about what is stored, and not about what keeps it from being read.
  static func isMeant(by error: any Error) -> Bool {
    switch error {
    case let error as RAGError:
      error.isUnreadablePart
        || ![.io, .readOnly, .busy, .diskFull, .cancelled].contains(error.code)
    case let error as DatabaseError: Salvage.meansLoss(error)
    default: !(error is CancellationError)
    }
  }

  /// Whether it is about a file that can be made anew from the rows.
  var isRebuildable: Bool { !file.hasPrefix(IndexDirectory.databaseName) }
}
