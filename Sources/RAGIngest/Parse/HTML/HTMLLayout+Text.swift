import RAGCore

extension HTMLLayout {
  /// Appends running text, its white space collapsed.
  mutating func appendFlow(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    var start = range.lowerBound
    var offset = start
    while offset < range.upperBound {
      let byte = bytes[offset]
      // A plain byte, or a single space between two of them, extends the copied run.
      if Self.isPlain(byte) {
        offset += 1
        continue
      }
      if byte == 0x20, offset > start, offset + 1 < range.upperBound,
        Self.isPlain(bytes[offset + 1])
      {
        offset += 2
        continue
      }
      let special = special(
        bytes, at: offset, end: range.upperBound, isInside: blockStart != nil || start < offset)
      if case .plain(let byteCount) = special {
        offset += byteCount
        continue
      }
      flush(bytes, start..<offset)
      switch special {
      case .plain: break
      case .space(let byteCount):
        needsSpace = true
        offset += byteCount
      case .nothing(let byteCount): offset += byteCount
      case .reference(let match):
        append(match, first: match.text.first ?? 0x20, at: offset)
        offset += match.byteCount
      }
      start = offset
    }
    flush(bytes, start..<range.upperBound)
  }

  /// Appends preformatted text, white space and line breaks kept.
  mutating func appendVerbatim(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    var start = range.lowerBound
    if skipsLineBreak {
      // The line break right after the tag is not part of the text.
      skipsLineBreak = false
      if start < range.upperBound, bytes[start] == 0x0D { start += 1 }
      if start < range.upperBound, bytes[start] == 0x0A { start += 1 }
    }
    var offset = start
    while offset < range.upperBound {
      let byte = bytes[offset]
      if Self.isPlain(byte) {
        offset += 1
      } else if Self.isSpace(byte) {
        flushVerbatim(bytes, start..<offset)
        start = offset
        while offset < range.upperBound, Self.isSpace(bytes[offset]) { offset += 1 }
        pendingVerbatim.append(.source(start..<offset))
        start = offset
      } else {
        let special = special(
          bytes, at: offset, end: range.upperBound, isInside: blockStart != nil || start < offset)
        if case .plain(let byteCount) = special {
          offset += byteCount
          continue
        }
        flushVerbatim(bytes, start..<offset)
        switch special {
        case .plain: break
        case .space(let byteCount):
          flushVerbatimSpace(bytes, before: 0x20)
          if blockStart != nil { appendSynthetic(0x20) }
          offset += byteCount
        case .nothing(let byteCount): offset += byteCount
        case .reference(let match):
          flushVerbatimSpace(bytes, before: match.text.first ?? 0x20)
          append(match, at: offset)
          offset += match.byteCount
        }
        start = offset
      }
    }
    flushVerbatim(bytes, start..<range.upperBound)
  }

  // MARK: Special bytes

  private enum Special {
    /// An ordinary character of so many bytes.
    case plain(Int)
    case space(Int)
    case nothing(Int)
    case reference(CharacterReference.Match)
  }

  /// Whether a byte needs no second look: neither white space, control, `&` nor `<`, and not the
  /// lead of U+00A0 or U+00AD.
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte != UInt8(ascii: "&") && byte != UInt8(ascii: "<") && byte != 0xC2
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D || byte == 0x0C
  }

  /// What stands at an offset; `isInside` tells that the block has text before it.
  private func special(
    _ bytes: UnsafeBufferPointer<UInt8>, at offset: Int, end: Int, isInside: Bool
  ) -> Special {
    switch bytes[offset] {
    case 0x00...0x20: return .space(1)
    case UInt8(ascii: "&"):
      guard let match = CharacterReference.match(in: bytes, at: offset),
        offset + match.byteCount <= end
      else { return .plain(1) }
      return meaning(of: match, isInside: isInside)
    case UInt8(ascii: "<"):
      // `</>` and the like are no text (see HTMLMarkup); a `<` that reads as text is.
      guard offset + 2 < end, bytes[offset + 2] == UInt8(ascii: ">") else { return .plain(1) }
      let next = bytes[offset + 1]
      let isEmpty =
        next == UInt8(ascii: "/") || next == UInt8(ascii: "!") || next == UInt8(ascii: "?")
      return isEmpty ? .nothing(3) : .plain(1)
    case 0xC2 where offset + 1 < end && bytes[offset + 1] == 0xA0:
      // A no-break space holds no block open by itself.
      return isInside ? .plain(2) : .space(2)
    case 0xC2 where offset + 1 < end && bytes[offset + 1] == 0xAD: return .nothing(2)
    default: return .plain(1)
    }
  }

  /// White space by reference is white space; a soft hyphen is nothing.
  private func meaning(of match: CharacterReference.Match, isInside: Bool) -> Special {
    if match.text.count == 1, let byte = match.text.first, byte <= 0x20 {
      return preDepth > 0 && Self.isSpace(byte) ? .reference(match) : .space(match.byteCount)
    }
    if match.text == [0xC2, 0xAD] { return .nothing(match.byteCount) }
    if match.text == [0xC2, 0xA0], !isInside { return .space(match.byteCount) }
    return .reference(match)
  }

  // MARK: Copying

  private mutating func flush(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    prepare(for: bytes[range.lowerBound])
    copy(bytes, range)
  }

  private mutating func append(
    _ match: CharacterReference.Match, first: UInt8, at sourceStart: Int
  ) {
    prepare(for: first)
    append(match, at: sourceStart)
  }

  private mutating func flushVerbatim(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    flushVerbatimSpace(bytes, before: bytes[range.lowerBound])
    copy(bytes, range)
  }

  /// Writes the white space that came before more text; at the start of the block, only the
  /// indentation of its line.
  private mutating func flushVerbatimSpace(
    _ bytes: UnsafeBufferPointer<UInt8>, before first: UInt8
  ) {
    var pending = pendingVerbatim
    pendingVerbatim = []
    if blockStart == nil { pending = Self.indentation(pending, in: bytes) }
    prepare(for: pending.isEmpty ? first : 0x20)
    for piece in pending {
      switch piece {
      case .source(let range): copy(bytes, range)
      case .lineBreak: appendSynthetic(0x0A)
      }
    }
  }

  /// What of some white space follows its last line break.
  private static func indentation(
    _ pending: [Verbatim], in bytes: UnsafeBufferPointer<UInt8>
  ) -> [Verbatim] {
    var kept: [Verbatim] = []
    for piece in pending {
      switch piece {
      case .lineBreak: kept = []
      case .source(let range):
        let isBreak = { (offset: Int) in bytes[offset] == 0x0A || bytes[offset] == 0x0D }
        if let last = range.last(where: isBreak) {
          kept = last + 1 < range.upperBound ? [.source(last + 1..<range.upperBound)] : []
        } else {
          kept.append(piece)
        }
      }
    }
    return kept
  }
}
