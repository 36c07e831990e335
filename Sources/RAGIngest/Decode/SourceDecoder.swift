import RAGCore

/// Turns the bytes of a source into UTF-8 that knows where every character came from.
struct SourceDecoder: Sendable {
  /// A decoded source and how it was read.
  struct Result {
    var source: DecodedSource
    var encoding: TextEncoding
    var warnings: [String]
  }

  private let tables = CodeTables()

  /// Decodes a source in the encoding that it declares or seems to have.
  ///
  /// `declared` is what the caller was told, a label such as `gbk`; nil leaves it to detection.
  /// - Throws: ``RAGError`` of code `invalidInput` for an unknown label or a source that is not in
  ///   its encoding, `unsupported` when this system lacks a converter.
  func decode(_ bytes: [UInt8], declared: String?, isHTML: Bool) throws -> Result {
    let detector = EncodingDetector(tables: tables)
    let detection = try detector.detect(bytes, declared: declared, isHTML: isHTML)
    var warnings = detection.warnings
    let (source, replacementCount) = try decode(
      bytes, as: detection.encoding, from: detection.markByteCount)
    if replacementCount > 0 {
      let places = replacementCount == 1 ? "1 place is" : "\(replacementCount) places are"
      warnings.append(
        "\(places) not valid \(detection.encoding.rawValue) and read as U+FFFD")
    }
    return Result(source: source, encoding: detection.encoding, warnings: warnings)
  }

  private func decode(
    _ bytes: [UInt8], as encoding: TextEncoding, from start: Int
  ) throws -> (DecodedSource, replacementCount: Int) {
    if encoding == .utf8, start == 0,
      bytes.withUnsafeBufferPointer({ UTF8Scan.survey($0).isValid })
    {
      return (DecodedSource(bytes: bytes, map: .identity(byteCount: bytes.count)), 0)
    }
    var output = MappedOutput(capacity: bytes.count + bytes.count / 2)
    switch encoding.form {
    case .utf8:
      bytes.withUnsafeBufferPointer { UnicodeDecoder.utf8($0, from: start, into: &output) }
    case .utf16:
      let isBigEndian = encoding == .utf16BigEndian
      bytes.withUnsafeBufferPointer {
        UnicodeDecoder.utf16($0, from: start, isBigEndian: isBigEndian, into: &output)
      }
    case .utf32:
      let isBigEndian = encoding == .utf32BigEndian
      bytes.withUnsafeBufferPointer {
        UnicodeDecoder.utf32($0, from: start, isBigEndian: isBigEndian, into: &output)
      }
    case .singleByte, .multiByte, .escaped:
      let decoder = LegacyDecoder(encoding, table: try tables.table(encoding))
      try bytes.withUnsafeBufferPointer { try decoder.decode($0, into: &output) }
    }
    guard !output.isHopeless else {
      throw RAGError(
        .invalidInput,
        "much of the source is not valid \(encoding.rawValue): it is binary, or in another "
          + "encoding; name the right one")
    }
    return (output.finish(), output.replacementCount)
  }
}
