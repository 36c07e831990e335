import Foundation
import RAGCore

/// Writes what is to be kept.
enum TextFile {
  /// Puts a text in a file, whole or not at all.
  ///
  /// - Throws: ``RAGError`` of code `io` or `diskFull`.
  static func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
      throw RAGError(
        isFull ? .diskFull : .io, "the file cannot be written", path: path, cause: error)
    }
  }
}
