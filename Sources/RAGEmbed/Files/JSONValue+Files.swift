import RAGCore

extension JSONValue {
  /// Reads a configuration file, or nil where there is none.
  ///
  /// - Throws: ``RAGError`` `corrupt` where it is not JSON, and what ``MappedFile`` throws.
  static func read(ifPresent path: String) throws -> JSONValue? {
    guard fileExists(path) else { return nil }
    return try read(path)
  }

  /// Reads a configuration file.
  static func read(_ path: String) throws -> JSONValue {
    let file = try MappedFile(path: path)
    return try withJSON(file.bytes, path: path) { reader in
      let value = try reader.value()
      try reader.end()
      return value
    }
  }
}

/// The most bytes of JSON, or of a vocabulary, that are read; real ones have some 20 MB at most.
let maximumTextByteCount = 100_000_000

/// Runs a reader over bytes and turns what is wrong with them into a `corrupt` error.
///
/// - Throws: ``RAGError`` `corrupt`, or `limitExceeded` beyond ``maximumTextByteCount``.
func withJSON<Result>(
  _ bytes: UnsafeRawBufferPointer, path: String,
  _ body: (inout JSONReader) throws -> Result
) throws -> Result {
  guard bytes.count <= maximumTextByteCount else {
    throw RAGError(
      .limitExceeded, "has \(bytes.count) bytes, \(maximumTextByteCount) are read", path: path)
  }
  do {
    var reader = try JSONReader(bytes)
    return try body(&reader)
  } catch let error as JSONReader.SyntaxError {
    throw RAGError(.corrupt, "is \(error); fetch the model's files again", path: path)
  }
}
