import Foundation
import RAGCore

/// A file of JSON that a user wrote, read whole.
struct TextFile {
  let data: Data
  private let path: String

  /// - Throws: ``RAGError``: `notFound`, `io`, `invalidInput`, `limitExceeded`.
  init(_ path: String, limits: Limits) throws {
    let file = try MappedFile(path: path)
    guard file.bytes.count <= limits.documentByteCount else {
      throw RAGError(
        .limitExceeded,
        "the file has \(file.bytes.count) bytes, more than \(limits.documentByteCount) "
          + "(Limits.documentByteCount)", path: path)
    }
    self.path = path
    data = Data(file.bytes)
  }

  /// The value of each line that is not blank, checked.
  /// - Throws: ``RAGError``: `invalidInput` with the line that is no such value, `limitExceeded`.
  func lines<Value: Decodable>(
    of type: Value.Type, atMost count: Int, check: (Value) throws -> Void
  ) throws -> [Value] {
    let decoder = JSONDecoder()
    var values: [Value] = []
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in zip(1..., lines) where !line.allSatisfy(Self.isBlank) {
      do {
        let value = try decoder.decode(type, from: line)
        try check(value)
        values.append(value)
      } catch {
        throw failure(error, line: number)
      }
      guard values.count <= count else {
        throw RAGError(.limitExceeded, "the file has more than \(count) lines", path: path)
      }
    }
    return values
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D ~= byte) }

  /// What a decoder found wrong, with the place, and never the text itself.
  func failure(_ error: any Error, line: Int? = nil) -> RAGError {
    let place = line.map { "line \($0) " } ?? ""
    if var error = error as? RAGError {
      error.message = line.map { "line \($0): \(error.message)" } ?? error.message
      error.path = error.path ?? path
      return error
    }
    let problem =
      switch error as? DecodingError {
      case .keyNotFound(let key, _): "has no `\(key.stringValue)`"
      case .valueNotFound(_, let context), .typeMismatch(_, let context):
        context.codingPath.isEmpty
          ? "is not a JSON object" : "has a wrong value in `\(Self.name(context.codingPath))`"
      case .dataCorrupted(let context) where !context.codingPath.isEmpty:
        "has a wrong value in `\(Self.name(context.codingPath))`"
      default: "is not valid JSON"
      }
    return RAGError(.invalidInput, "\(place.isEmpty ? "the file " : place)\(problem)", path: path)
  }

  private static func name(_ path: [any CodingKey]) -> String {
    path.map { key in key.intValue.map { String($0) } ?? key.stringValue }.joined(separator: ".")
  }
}
