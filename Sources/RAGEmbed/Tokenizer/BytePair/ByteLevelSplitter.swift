/// Cuts a text into words as GPT-2 does, which uses the regular expression
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
struct ByteLevelSplitter {
  /// What the expression tells apart.
  enum Kind: UInt8 {
    case letter
    case number
    case space
    case other
  }

  let bytes: UnsafeBufferPointer<UInt8>

  /// Where the word that starts at an offset ends.
  func end(from start: Int) -> Int {
    if bytes[start] == 0x27, let end = contractionEnd(from: start) { return end }
    if bytes[start] == 0x20, start + 1 < bytes.count {
      let (kind, length) = kind(at: start + 1)
      if kind != .space { return runEnd(of: kind, from: start + 1 + length) }
    }
    let (kind, length) = kind(at: start)
    guard kind == .space else { return runEnd(of: kind, from: start + length) }
    return spaceEnd(from: start, isAlone: true)
  }

  /// Where the first word ends if a space stands before the text.
  func endAfterSpace() -> Int {
    let (kind, length) = kind(at: 0)
    return kind == .space ? spaceEnd(from: 0, isAlone: false) : runEnd(of: kind, from: length)
  }

  /// Where a word of white space ends: the last of a run belongs to the word after it, unless it
  /// is the only one or nothing follows.
  private func spaceEnd(from start: Int, isAlone: Bool) -> Int {
    var end = start
    var last = start
    while end < bytes.count {
      let (kind, length) = kind(at: end)
      guard kind == .space else {
        return last == start && isAlone ? end : last
      }
      last = end
      end += length
    }
    return end
  }

  private func runEnd(of kind: Kind, from start: Int) -> Int {
    var end = start
    while end < bytes.count {
      let (next, length) = self.kind(at: end)
      if next != kind { break }
      end += length
    }
    return end
  }

  private func contractionEnd(from start: Int) -> Int? {
    guard start + 1 < bytes.count else { return nil }
    let first = bytes[start + 1]
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
      let second = first == UInt8(ascii: "l") ? first : UInt8(ascii: "e")
      return start + 2 < bytes.count && bytes[start + 2] == second ? start + 3 : nil
    default: return nil
    }
  }

  @inline(__always)
  private func kind(at offset: Int) -> (kind: Kind, length: Int) {
    let byte = bytes[offset]
    if byte < 0x80 { return (Self.asciiKind(byte), 1) }
    let (scalar, length) = bytes.scalar(at: offset)
    return (ScalarKinds.kind(of: scalar), length)
  }

  @inline(__always)
  private static func asciiKind(_ byte: UInt8) -> Kind {
    let lower = byte | 0x20
    if lower >= 0x61, lower <= 0x7A { return .letter }
    if byte >= 0x30, byte <= 0x39 { return .number }
    return byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) ? .space : .other
  }
}

/// What kind a scalar is.
private enum ScalarKinds {
  /// The kind of each category.
  private static let kinds: [ByteLevelSplitter.Kind] = (UInt32(0)..<32).map { number in
    let category: UInt32 = 1 << number
    if category & ScalarCategory.whiteSpace != 0 { return .space }
    if category & (ScalarCategory.mask("L") ?? 0) != 0 { return .letter }
    return category & (ScalarCategory.mask("N") ?? 0) != 0 ? .number : .other
  }

  @inline(__always)
  static func kind(of scalar: Unicode.Scalar) -> ByteLevelSplitter.Kind {
    kinds[Int(ScalarCategory.number(of: scalar))]
  }
}
