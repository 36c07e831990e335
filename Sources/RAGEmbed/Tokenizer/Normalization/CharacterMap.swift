import Foundation

/// SentencePiece's `precompiled_charsmap`: which short strings are replaced by which.
///
/// Layout: the byte count of a double array (UInt32, little-endian), its units (UInt32 each, in
/// the format of Darts-clone), then the replacements, each ended by a NUL. The array's values are
/// offsets into the replacements.
final class CharacterMap: Sendable {
  /// Strings of more bytes than this are only looked up scalar by scalar, as in the reference.
  static let maximumClusterByteCount = 5

  private let units: [UInt32]
  private let replacements: [UInt8]
  /// Whether an ASCII byte alone is replaced.
  private let changesASCII: [Bool]
  /// Whether a scalar below 65,536 is replaced, a bit each.
  private let changesScalar: [UInt64]

  /// Reads a map in base64, or fails where it is damaged.
  init?(base64: String) {
    guard let data = Data(base64Encoded: base64), data.count >= 4 else { return nil }
    let bytes = [UInt8](data)
    func unit(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }
    let unitCount = Int(unit(0)) / 4
    guard unitCount > 0, unitCount <= (bytes.count - 4) / 4 else { return nil }
    units = (0..<unitCount).map { unit(4 + 4 * $0) }
    replacements = Array(bytes[(4 + 4 * unitCount)...])
    guard String(validating: replacements, as: UTF8.self) != nil else { return nil }
    var ascii = [Bool](repeating: false, count: 128)
    var scalars = [UInt64](repeating: 0, count: 1_024)
    for value in UInt32(0)..<0x10000 {
      guard let scalar = Unicode.Scalar(value),
        let encoded = UTF8.encode(scalar),
        Self.lookUp(Array(encoded), units, replacements) != nil
      else { continue }
      scalars[Int(value >> 6)] |= 1 << UInt64(value & 63)
      if value < 128 { ascii[Int(value)] = true }
    }
    changesASCII = ascii
    changesScalar = scalars
  }

  /// Whether printable ASCII stays as it is.
  var keepsVisibleASCII: Bool { !changesASCII[0x21..<0x7F].contains(true) }

  /// What replaces a string: the value of its shortest prefix that has one, as in the reference.
  private static func lookUp(
    _ key: some Sequence<UInt8>, _ units: [UInt32], _ replacements: [UInt8]
  ) -> Range<Int>? {
    func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 1 << 9) >> 6) }
    var place = offset(units[0])
    for byte in key {
      if byte == 0 { return nil }
      place ^= Int(byte)
      guard place < units.count else { return nil }
      let unit = units[place]
      guard unit & (1 << 31 | 0xFF) == UInt32(byte) else { return nil }
      place ^= offset(unit)
      if unit >> 8 & 1 == 1 {
        guard place < units.count else { return nil }
        let start = Int(units[place] & 0x7FFF_FFFF)
        guard start < replacements.count, replacements[start] & 0xC0 != 0x80 else { return nil }
        return start..<(replacements[start...].firstIndex(of: 0) ?? replacements.count)
      }
    }
    return nil
  }

  @inline(__always)
  private func mayChange(_ scalar: Unicode.Scalar) -> Bool {
    let value = Int(scalar.value)
    return value > 0xFFFF || changesScalar[value >> 6] >> UInt64(value & 63) & 1 == 1
  }

  /// Takes a text through the map: what is looked up is a grapheme cluster where it is short, else
  /// each of its scalars.
  func apply(to text: inout NormalizedText, spare: inout NormalizedText) {
    var kept = 0
    text.bytes.withUnsafeBufferPointer { bytes in
      var offset = 0
      while offset < bytes.count {
        let byte = bytes[offset]
        let follower = offset + 1 < bytes.count ? bytes[offset + 1] : 0x20
        // ASCII before ASCII is a cluster of its own, but for CR LF.
        if byte < 0x80, follower < 0x80, !changesASCII[Int(byte)], byte != 0x0D {
          offset += 1
          continue
        }
        let cluster = offset..<GraphemeClusters.end(in: bytes, from: offset)
        offset = cluster.upperBound
        let firstLength = bytes.scalar(at: cluster.lowerBound).length
        let isShort = cluster.count <= Self.maximumClusterByteCount
        if isShort, firstLength < cluster.count,
          let replacement = Self.lookUp(bytes[cluster], units, replacements)
        {
          replace(cluster, by: replacement, in: text, spare: &spare, kept: &kept)
          continue
        }
        var start = cluster.lowerBound
        while start < cluster.upperBound {
          let (scalar, length) = bytes.scalar(at: start)
          let range = start..<(start + length)
          start += length
          guard mayChange(scalar),
            let replacement = Self.lookUp(bytes[range], units, replacements)
          else { continue }
          replace(range, by: replacement, in: text, spare: &spare, kept: &kept)
        }
      }
    }
    if kept == 0 { return }
    spare.append(kept..<text.bytes.count, of: text)
    // As in the reference, for whether a text gets a prefix depends on it.
    spare.takeFront(of: text)
    swap(&text, &spare)
  }

  /// Puts a replacement in: scalar for scalar; what is over comes from the last one replaced.
  private func replace(
    _ range: Range<Int>, by replacement: Range<Int>, in text: borrowing NormalizedText,
    spare: inout NormalizedText, kept: inout Int
  ) {
    if kept == 0 { spare.reset(for: text) }
    spare.append(kept..<range.lowerBound, of: text)
    kept = range.upperBound
    text.bytes.withUnsafeBufferPointer { old in
      replacements.withUnsafeBufferPointer { new in
        var origin = range.lowerBound..<(range.lowerBound + old.scalar(at: range.lowerBound).length)
        var offset = replacement.lowerBound
        while offset < replacement.upperBound {
          let length = new.scalar(at: offset).length
          spare.append(
            UnsafeBufferPointer(rebasing: new[offset..<(offset + length)]), from: origin, of: text)
          offset += length
          if origin.upperBound < range.upperBound {
            let next = old.scalar(at: origin.upperBound).length
            origin = origin.upperBound..<(origin.upperBound + next)
          }
        }
      }
    }
  }
}
