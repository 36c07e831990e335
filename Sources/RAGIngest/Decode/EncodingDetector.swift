import RAGCore

/// Finds the encoding of a source: byte-order mark, declaration, `<meta>`, UTF-8, UTF-16, guess.
struct EncodingDetector {
  /// The encoding found.
  struct Detection {
    var encoding: TextEncoding
    /// Bytes of the byte-order mark, which are no text.
    var markByteCount = 0
    var warnings: [String] = []
  }

  let tables: CodeTables

  /// Finds the encoding of a source.
  ///
  /// Detecting again with the name that was found as `declared` finds the same.
  func detect(_ bytes: [UInt8], declared: String?, isHTML: Bool) throws -> Detection {
    let label = try declared.map(TextEncoding.init(named:))
    return try bytes.withUnsafeBufferPointer { buffer in
      if let marked = Self.byteOrderMark(buffer) { return marked }
      if let label { return try settle(label, buffer, isExplicit: true) }
      if let encoding = UTF16Guess.encoding(of: buffer) { return Detection(encoding: encoding) }
      guard isHTML, let meta = MetaCharset.find(in: buffer) else { return try guess(buffer) }
      guard let encoding = TextEncoding(label: meta) else {
        var detection = try guess(buffer)
        detection.warnings.append(
          "the page declares an unknown encoding; it was read as \(detection.encoding.rawValue)")
        return detection
      }
      // A declaration that could be read byte by byte is in no encoding of wider units.
      let isWide = encoding.form == .utf16 || encoding.form == .utf32
      return try settle(isWide ? .utf8 : encoding, buffer, isExplicit: false)
    }
  }

  private static func byteOrderMark(_ bytes: UnsafeBufferPointer<UInt8>) -> Detection? {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      return Detection(encoding: .utf8, markByteCount: 3)
    }
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) {
      return Detection(encoding: .utf32LittleEndian, markByteCount: 4)
    }
    if bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      return Detection(encoding: .utf32BigEndian, markByteCount: 4)
    }
    if bytes.starts(with: [0xFF, 0xFE]) {
      return Detection(encoding: .utf16LittleEndian, markByteCount: 2)
    }
    if bytes.starts(with: [0xFE, 0xFF]) {
      return Detection(encoding: .utf16BigEndian, markByteCount: 2)
    }
    return nil
  }

  /// Takes a declaration unless the bytes contradict it.
  ///
  /// `isExplicit` tells that the caller, not the document, made it.
  private func settle(
    _ encoding: TextEncoding, _ bytes: UnsafeBufferPointer<UInt8>, isExplicit: Bool
  ) throws -> Detection {
    if encoding == .utf8 {
      if isExplicit { return Detection(encoding: .utf8) }
      var detection = try guess(bytes)
      if detection.encoding != .utf8 {
        detection.warnings.append(
          "the page declares utf-8 but is not; it was read as \(detection.encoding.rawValue)")
      }
      return detection
    }
    guard encoding.form == .singleByte || encoding.form == .multiByte else {
      return Detection(encoding: encoding)
    }
    let survey = UTF8Scan.survey(bytes)
    if survey.isASCII { return Detection(encoding: .utf8) }
    guard survey.isValid else { return Detection(encoding: encoding) }
    // Valid UTF-8 beyond ASCII is hardly ever an accident. In a double-byte encoding it can be
    // one when all characters happen to look like two-byte sequences and are few.
    let table = try tables.table(encoding)
    let isClean = LegacyGuess.score(bytes, as: encoding, table: table).invalidShare == 0
    let isThin = survey.longCount == 0 && survey.multibyteCount < 8
    let keeps =
      isClean && (isExplicit ? true : encoding.form == .multiByte && isThin)
    if keeps { return Detection(encoding: encoding) }
    return Detection(
      encoding: .utf8,
      warnings: ["declared as \(encoding.rawValue) but valid utf-8; it was read as utf-8"])
  }

  /// UTF-8 when the bytes are, or nearly; otherwise the most plausible legacy encoding.
  private func guess(_ bytes: UnsafeBufferPointer<UInt8>) throws -> Detection {
    let survey = UTF8Scan.survey(bytes)
    if survey.isValid || survey.invalidCount <= survey.multibyteCount / 4 {
      return Detection(encoding: .utf8)
    }
    return Detection(encoding: LegacyGuess.encoding(of: bytes, tables: tables))
  }
}
