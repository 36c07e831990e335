/// Decodes the Unicode encoding forms, repairing what is ill-formed.
enum UnicodeDecoder {
  /// Copies well-formed UTF-8 and puts one U+FFFD for each maximal subpart of the rest.
  static func utf8(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, into output: inout MappedOutput
  ) {
    var copied = start
    var offset = start
    while !output.isHopeless {
      offset = UTF8Scan.asciiEnd(of: bytes, from: offset)
      guard offset < bytes.count else { break }
      let sequence = UTF8Scan.sequence(in: bytes, at: offset)
      if !sequence.isValid {
        if copied < offset { output.copy(bytes, copied..<offset) }
        output.appendReplacement(at: offset, sourceUnit: sequence.byteCount)
        copied = offset + sequence.byteCount
      }
      offset += sequence.byteCount
    }
    if copied < bytes.count { output.copy(bytes, copied..<bytes.count) }
  }

  /// Decodes UTF-16; lone surrogates and a last odd byte become U+FFFD.
  static func utf16(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, isBigEndian: Bool,
    into output: inout MappedOutput
  ) {
    func unit(at offset: Int) -> UInt16 {
      let first = UInt16(bytes[offset])
      let second = UInt16(bytes[offset + 1])
      return isBigEndian ? first << 8 | second : second << 8 | first
    }
    var offset = start
    while offset + 1 < bytes.count, !output.isHopeless {
      let value = unit(at: offset)
      if let scalar = Unicode.Scalar(value) {
        output.append(PackedUTF8(scalar), at: offset, sourceUnit: 2)
        offset += 2
      } else if UTF16.isLeadSurrogate(value), offset + 3 < bytes.count,
        UTF16.isTrailSurrogate(unit(at: offset + 2))
      {
        let low = UInt32(unit(at: offset + 2) & 0x3FF)
        let scalar = Unicode.Scalar(0x1_0000 + (UInt32(value & 0x3FF) << 10 | low))
        output.append(scalar.map(PackedUTF8.init) ?? .replacement, at: offset, sourceUnit: 4)
        offset += 4
      } else {
        output.appendReplacement(at: offset, sourceUnit: 2)
        offset += 2
      }
    }
    if offset < bytes.count { output.appendReplacement(at: offset, sourceUnit: 1) }
  }

  /// Decodes UTF-32; values that are no scalar and a last partial unit become U+FFFD.
  static func utf32(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, isBigEndian: Bool,
    into output: inout MappedOutput
  ) {
    var offset = start
    while offset + 3 < bytes.count, !output.isHopeless {
      var value: UInt32 = 0
      for index in 0..<4 {
        value |= UInt32(bytes[offset + index]) << (8 * UInt32(isBigEndian ? 3 - index : index))
      }
      if let scalar = Unicode.Scalar(value) {
        output.append(PackedUTF8(scalar), at: offset, sourceUnit: 4)
      } else {
        output.appendReplacement(at: offset, sourceUnit: 4)
      }
      offset += 4
    }
    if offset < bytes.count {
      output.appendReplacement(at: offset, sourceUnit: bytes.count - offset)
    }
  }
}
