import Foundation

/// A Unicode normalization form (Unicode Standard Annex 15).
enum UnicodeForm: String, Sendable, CaseIterable {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"

  private func normalize(_ text: String) -> String {
    // Composed in two steps, for Foundation's one leaves some of what belongs together apart.
    switch self {
    case .nfc: text.decomposedStringWithCanonicalMapping.precomposedStringWithCanonicalMapping
    case .nfd: text.decomposedStringWithCanonicalMapping
    case .nfkc:
      text.decomposedStringWithCompatibilityMapping.precomposedStringWithCanonicalMapping
    case .nfkd: text.decomposedStringWithCompatibilityMapping
    }
  }

  /// Takes a text through the form, run by run; a run that changes comes from all of itself.
  func apply(to text: inout NormalizedText, spare: inout NormalizedText) {
    let changes = changes
    spare.reset(for: text)
    var kept = 0
    text.bytes.withUnsafeBufferPointer { bytes in
      var offset = 0
      while offset < bytes.count {
        let (first, length) = bytes.scalar(at: offset)
        var end = offset + length
        var scalarCount = 1
        while end < bytes.count, bytes[end] >= 0x80 {
          let (scalar, length) = bytes.scalar(at: end)
          guard Self.mayJoin(scalar) else { break }
          end += length
          scalarCount += 1
        }
        let run = offset..<end
        offset = end
        let result: String
        if scalarCount == 1 {
          guard let change = changes[first.value] else { continue }
          result = change
        } else {
          let old = String(decoding: bytes[run], as: UTF8.self)
          result = normalize(old)
          if result.utf8.elementsEqual(old.utf8) { continue }
        }
        spare.append(kept..<run.lowerBound, of: text)
        kept = run.upperBound
        spare.append(scalars: result.unicodeScalars, from: run, of: text)
      }
    }
    if kept == 0 { return }
    spare.append(kept..<text.bytes.count, of: text)
    swap(&text, &spare)
  }

  /// Whether a scalar may compose or change places with what is before it.
  private static func mayJoin(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x300: return false
    // Vowels and finals of Hangul, and what decomposes to them.
    case 0x1160...0x11FF, 0x3131...0x318E, 0xFFA0...0xFFDC, 0xFF9E...0xFF9F: return true
    case 0x3400...0x9FFF, 0xAC00...0xD7A3: return false
    default: break
    }
    if scalar.properties.canonicalCombiningClass != .notReordered { return true }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return true
    default: return false
    }
  }

  /// What becomes of each scalar that changes alone.
  private var changes: [UInt32: String] {
    switch self {
    case .nfc: Self.composed
    case .nfd: Self.decomposed
    case .nfkc: Self.compatibilityComposed
    case .nfkd: Self.compatibilityDecomposed
    }
  }

  // Worked out when first needed.
  private static let composed = nfc.findChanges()
  private static let decomposed = nfd.findChanges()
  private static let compatibilityComposed = nfkc.findChanges()
  private static let compatibilityDecomposed = nfkd.findChanges()

  private func findChanges() -> [UInt32: String] {
    // The reference's tables are those of Unicode 9.
    let scalars = (UInt32(0xA0)...0x2FFFF).compactMap(Unicode.Scalar.init).filter {
      guard let age = $0.properties.age else { return false }
      return age <= (9, 0)
    }
    // One call for all: a line each, for no form crosses a line end.
    var lines = String.UnicodeScalarView()
    for scalar in scalars {
      lines.append(scalar)
      lines.append("\n")
    }
    var changes: [UInt32: String] = [:]
    let results = normalize(String(lines)).unicodeScalars.split(separator: "\n")
    for (scalar, result) in zip(scalars, results) {
      let isSame = result.count == 1 && result.first == scalar
      if !isSame { changes[scalar.value] = String(String.UnicodeScalarView(result)) }
    }
    return changes
  }
}
