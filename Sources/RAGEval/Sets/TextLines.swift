import Foundation
import RAGCore

/// Reads the files of test sets and runs line by line.
enum TextLines {
  /// The bytes of a file.
  /// - Throws: ``RAGError`` of code `notFound`, `invalidInput` for a directory, or `io`.
  static func data(of file: URL) throws -> Data {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isDirectory) else {
      throw RAGError(.notFound, "the file does not exist", path: file.path)
    }
    guard !isDirectory.boolValue else {
      throw RAGError(
        .invalidInput,
        "this is a directory where a file is needed; name a file in it, or a set in the layout of "
          + "BEIR with --beir", path: file.path)
    }
    do {
      let data = try Data(contentsOf: file)
      return data.starts(with: byteOrderMark) ? data.dropFirst(byteOrderMark.count) : data
    } catch {
      throw RAGError(.io, "the file cannot be read", path: file.path, cause: error)
    }
  }

  /// Calls `body` with each line that is not blank and its number from 1.
  static func forEach(of file: URL, _ body: (Data, Int) throws -> Void) throws {
    try forEach(in: data(of: file), body)
  }

  /// Calls `body` with each line that is not blank and its number from 1.
  static func forEach(in data: Data, _ body: (Data, Int) throws -> Void) throws {
    var number = 0
    for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      if !line.allSatisfy(isSpace) { try body(line.last == 0x0D ? line.dropLast() : line, number) }
    }
  }

  /// The words of a line, as C's `isspace` parts them.
  static func words(of line: Data) -> [String] {
    line.split(whereSeparator: isSpace).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The fields of a line with tabs between them, without the spaces around each.
  static func fields(of line: Data) -> [String] {
    line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map { field in
      String(decoding: field, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }
  }

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D ~= byte) }
}
