import Foundation
import RAGCore

/// Writes what is to be kept.
enum TextFile {
  /// Proves that there is a directory for a file, so that long work is not done in vain.
  ///
  /// - Throws: ``RAGError`` of code `io`.
  static func requireWritable(_ path: String) throws {
    func isDirectory(_ path: String) -> Bool {
      var isDirectory: ObjCBool = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        && isDirectory.boolValue
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path(percentEncoded: false)
    let problem: String? =
      if isDirectory(path) {
        "there is a directory of this name"
      } else if !isDirectory(folder) {
        "there is no such directory to write it in; make it first"
      } else if !FileManager.default.isWritableFile(atPath: folder) {
        "its directory may not be written to"
      } else {
        nil
      }
    if let problem { throw RAGError(.io, "the file cannot be written: \(problem)", path: path) }
  }

  /// Puts a text in a file, whole or not at all; a device, a pipe or a link is written through.
  ///
  /// - Throws: ``RAGError`` of code `io` or `diskFull`.
  static func write(_ text: String, to path: String) throws {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let isReplaceable = attributes.map { $0[.type] as? FileAttributeType == .typeRegular } ?? true
    do {
      try Data(text.utf8).write(
        to: URL(fileURLWithPath: path), options: isReplaceable ? .atomic : [])
    } catch {
      let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
      throw RAGError(
        isFull ? .diskFull : .io, "the file cannot be written: \(error.localizedDescription)",
        path: path)
    }
  }
}
