import Foundation
import RAGCore

/// Reads an export line by line, and proves that it is whole.
struct ExportReader {
  private(set) var header: ExportHeader?
  private var number = 0
  private var sum = ExportEnd()
  private var isAtEnd = false
  private let decoder = JSONDecoder()

  /// Takes the next line, without its line feed.
  /// - Returns: whether it is a document.
  /// - Throws: ``RAGError``: `invalidInput` or `dimensionMismatch` with the number of the line.
  mutating func read(_ line: [UInt8]) throws -> Bool {
    number += 1
    // Line ends may have become those of another system.
    let end = line.lastIndex { $0 != 0x20 && $0 != 0x0D }.map { $0 + 1 } ?? 0
    guard end > 0 || header == nil else { return false }
    do {
      return try take(line[..<end])
    } catch let error as DecodingError {
      throw RAGError(
        .invalidInput, "line \(number) is not a line of 'rag export'; write the export anew",
        cause: Reason(error))
    } catch var error as RAGError
      where [.invalidInput, .dimensionMismatch].contains(error.code)
    {
      error.message = "line \(number): \(error.message); write the export anew with 'rag export'"
      throw error
    }
  }

  private mutating func take(_ line: ArraySlice<UInt8>) throws -> Bool {
    guard !isAtEnd else { throw RAGError(.invalidInput, "stands behind the end of the export") }
    guard let header else {
      let header = try decoder.decode(ExportHeader.self, from: Data(line))
      try header.check()
      self.header = header
      sum.add(line)
      return false
    }
    if line.starts(with: ExportEnd.prefix) {
      let end = try decoder.decode(ExportEnd.self, from: Data(line))
      guard end == sum else {
        throw RAGError(
          .invalidInput, "the lines before are not those that were written, and nothing is imported"
        )
      }
      isAtEnd = true
      return false
    }
    let document = try decoder.decode(ExportedDocument.self, from: Data(line))
    _ = try document.record(dimension: header.dimension)
    sum.add(line, chunkCount: document.chunks.count)
    return true
  }

  /// Ends the reading.
  /// - Throws: ``RAGError`` `invalidInput` when the last line is not that of an export.
  func finish() throws -> ExportHeader {
    guard let header, isAtEnd else {
      throw RAGError(
        .invalidInput,
        "the export was cut off behind line \(number), and nothing is imported; write it anew with "
          + "'rag export'")
    }
    return header
  }
}

/// Where a line differs from what was expected, without a word of what it holds.
private struct Reason: Error, CustomStringConvertible {
  let description: String

  init(_ error: DecodingError) {
    switch error {
    case .keyNotFound(let key, _): description = "no member '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      description =
        "a wrong type at \(context.codingPath.map(\.stringValue).joined(separator: "."))"
    default: description = "no JSON"
    }
  }
}
