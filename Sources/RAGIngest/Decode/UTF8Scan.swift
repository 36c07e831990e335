/// Finds what is and what is not well-formed UTF-8 (Unicode 15, table 3-7).
enum UTF8Scan {
  /// The sequence that starts at an offset.
  struct Sequence {
    /// Bytes of the character or, when ill-formed, of its maximal subpart (at least 1).
    var byteCount: Int
    var isValid: Bool
  }

  /// What a scan of a whole source found.
  struct Survey {
    /// Characters of two or more bytes.
    var multibyteCount = 0
    /// Characters of three or four bytes.
    var longCount = 0
    /// Maximal subparts of ill-formed sequences.
    var invalidCount = 0

    var isValid: Bool { invalidCount == 0 }
    var isASCII: Bool { invalidCount == 0 && multibyteCount == 0 }
  }

  /// Counts the characters beyond ASCII and the ill-formed places.
  static func survey(_ bytes: UnsafeBufferPointer<UInt8>) -> Survey {
    var survey = Survey()
    var offset = asciiEnd(of: bytes, from: 0)
    while offset < bytes.count {
      let sequence = sequence(in: bytes, at: offset)
      offset += sequence.byteCount
      if !sequence.isValid {
        survey.invalidCount += 1
      } else {
        survey.multibyteCount += 1
        if sequence.byteCount > 2 { survey.longCount += 1 }
      }
      if offset < bytes.count, bytes[offset] < 0x80 { offset = asciiEnd(of: bytes, from: offset) }
    }
    return survey
  }

  /// The first offset at or after `start` whose byte is not ASCII, or the count.
  static func asciiEnd(of bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var offset = start
    if let base = bytes.baseAddress {
      let raw = UnsafeRawPointer(base)
      while offset + 8 <= bytes.count {
        let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        if word & 0x8080_8080_8080_8080 != 0 { break }
        offset += 8
      }
    }
    while offset < bytes.count, bytes[offset] < 0x80 { offset += 1 }
    return offset
  }

  /// The sequence at an offset inside `bytes`.
  static func sequence(in bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Sequence {
    let lead = bytes[offset]
    var second: ClosedRange<UInt8> = 0x80...0xBF
    let length: Int
    switch lead {
    case 0x00...0x7F: return Sequence(byteCount: 1, isValid: true)
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return Sequence(byteCount: 1, isValid: false)
    }
    for index in 1..<length {
      guard offset + index < bytes.count,
        (index == 1 ? second : 0x80...0xBF).contains(bytes[offset + index])
      else { return Sequence(byteCount: index, isValid: false) }
    }
    return Sequence(byteCount: length, isValid: true)
  }
}
