/// One step of the normaliser of `tokenizer.json`.
enum NormalizationStep: Sendable {
  case characterMap(CharacterMap)
  case replacement(Replacement)
  case unicode(UnicodeForm)
  case lowercase
  case strip(left: Bool, right: Bool)
  case stripAccents
  /// What Google's translation models did: controls go, all kinds of spaces become spaces.
  case nmt
  /// Puts bytes before a text that is not empty.
  case prepend([UInt8])
}

/// Where a block of a text lies between added tokens or the ends of the text.
struct BlockPlace {
  var isFirst = true
  var isLast = true
}

extension NormalizationStep {
  /// Takes a text through the step; `spare` is room for the result.
  ///
  /// - Complexity: O(bytes).
  func apply(to text: inout NormalizedText, _ place: BlockPlace, spare: inout NormalizedText) {
    switch self {
    case .characterMap(let map): map.apply(to: &text, spare: &spare)
    case .replacement(let replacement): replacement.apply(to: &text, spare: &spare)
    case .unicode(let form): form.apply(to: &text, spare: &spare)
    case .lowercase:
      Self.map(&text, spare: &spare) { scalar in
        scalar.properties.changesWhenLowercased ? .many(scalar.properties.lowercaseMapping) : .same
      }
    case .strip(let left, let right):
      Self.strip(&text, left: left && place.isFirst, right: right && place.isLast, spare: &spare)
    case .stripAccents:
      Self.map(&text, spare: &spare) { $0.isCombiningMark ? .none : .same }
    case .nmt: Self.map(&text, spare: &spare, Self.nmt)
    case .prepend(let prefix):
      if place.isFirst { Self.prepend(prefix, to: &text, spare: &spare) }
    }
  }

  private enum Change {
    case same
    case none
    case space
    case many(String)
  }

  /// Replaces scalar by scalar.
  private static func map(
    _ text: inout NormalizedText, spare: inout NormalizedText,
    _ change: (Unicode.Scalar) -> Change
  ) {
    spare.reset(for: text)
    var kept = 0
    text.bytes.withUnsafeBufferPointer { bytes in
      var offset = 0
      while offset < bytes.count {
        let (scalar, length) = bytes.scalar(at: offset)
        let range = offset..<(offset + length)
        offset += length
        let change = change(scalar)
        if case .same = change { continue }
        spare.append(kept..<range.lowerBound, of: text)
        kept = offset
        switch change {
        case .same, .none: break
        case .space: spare.append(scalars: CollectionOfOne(" "), from: range, of: text)
        case .many(let string):
          spare.append(scalars: string.unicodeScalars, from: range, of: text)
        }
      }
    }
    if kept == 0 { return }
    spare.append(kept..<text.bytes.count, of: text)
    swap(&text, &spare)
  }

  private static func nmt(_ scalar: Unicode.Scalar) -> Change {
    switch scalar.value {
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: .none
    case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
      .space
    default: .same
    }
  }

  private static func strip(
    _ text: inout NormalizedText, left: Bool, right: Bool, spare: inout NormalizedText
  ) {
    let kept = text.bytes.withUnsafeBufferPointer { bytes in
      var lower = 0
      while left, lower < bytes.count {
        let (scalar, length) = bytes.scalar(at: lower)
        guard scalar.properties.isWhitespace else { break }
        lower += length
      }
      var upper = bytes.count
      while right, upper > lower, let start = bytes.scalarStart(before: upper),
        bytes.scalar(at: start).value.properties.isWhitespace
      {
        upper = start
      }
      return lower..<upper
    }
    if kept == text.bytes.indices { return }
    spare.reset(for: text)
    spare.append(kept, of: text)
    swap(&text, &spare)
  }

  private static func prepend(
    _ prefix: [UInt8], to text: inout NormalizedText, spare: inout NormalizedText
  ) {
    guard !text.bytes.isEmpty else { return }
    let length = text.bytes.withUnsafeBufferPointer { $0.scalar(at: 0).length }
    spare.reset(for: text)
    // The reference, too, takes the first character as what the prefix came from.
    spare.append(
      scalars: String(decoding: prefix, as: UTF8.self).unicodeScalars, from: 0..<length, of: text)
    spare.append(text.bytes.indices, of: text)
    swap(&text, &spare)
  }
}

extension Unicode.Scalar {
  /// Whether it is a mark, as of Unicode 9, which the reference's tables follow.
  fileprivate var isCombiningMark: Bool {
    guard let age = properties.age, age <= (9, 0) else { return false }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return true
    default: return false
    }
  }
}
