import Foundation

/// The BERT normaliser straight from the Unicode properties, a scalar at a time.
struct ReferenceNormalization: Sendable {
  var cleansText = true
  var splitsChinese = true
  var stripsAccents = true
  var lowercases = true

  /// A scalar and the bytes of the text that it came from.
  struct Scalar {
    var scalar: Unicode.Scalar
    var origin: Range<Int>
  }

  func normalized(_ scalars: [Scalar]) -> [Scalar] {
    var scalars = scalars
    if cleansText {
      scalars.removeAll { Self.isRemoved($0.scalar) }
      for index in scalars.indices where Self.isSpace(scalars[index].scalar) {
        scalars[index].scalar = " "
      }
    }
    if splitsChinese {
      scalars = scalars.flatMap { scalar in
        let space = Scalar(scalar: " ", origin: scalar.origin)
        return Self.isChinese(scalar.scalar) ? [space, scalar, space] : [scalar]
      }
    }
    if stripsAccents { scalars = stripped(scalars) }
    if lowercases {
      scalars = scalars.flatMap { scalar in
        scalar.scalar.properties.lowercaseMapping.unicodeScalars.map {
          Scalar(scalar: $0, origin: scalar.origin)
        }
      }
    }
    return scalars
  }

  /// Canonical decomposition and ordering, without nonspacing marks.
  private func stripped(_ scalars: [Scalar]) -> [Scalar] {
    var result: [Scalar] = []
    var marks: [Scalar] = []
    func settle() {
      // Marks that may have changed places share what all of them came from.
      let start = marks.map(\.origin.lowerBound).min() ?? 0
      let end = marks.map(\.origin.upperBound).max() ?? start
      for order in Set(marks.map { Self.combiningClass($0.scalar) }).sorted() {
        for mark in marks where Self.combiningClass(mark.scalar) == order {
          result.append(Scalar(scalar: mark.scalar, origin: start..<end))
        }
      }
      marks = []
    }
    for scalar in scalars {
      for part in Self.decomposition(scalar.scalar) {
        let isStarter = Self.combiningClass(part) == 0
        if isStarter { settle() }
        if Self.isNonspacingMark(part) { continue }
        let part = Scalar(scalar: part, origin: scalar.origin)
        if isStarter { result.append(part) } else { marks.append(part) }
      }
    }
    settle()
    return result
  }
}

extension ReferenceNormalization {
  static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\0", "\u{FFFD}": return true
    case "\t", "\n", "\r": return false
    default:
      switch category(scalar) {
      case .control, .format, .privateUse, .surrogate: return true
      default: return false
      }
    }
  }

  static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
    case 0..<0x80: return false
    default: break
    }
    switch category(scalar) {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  private static func isNonspacingMark(_ scalar: Unicode.Scalar) -> Bool {
    category(scalar) == .nonspacingMark
  }

  /// The blocks of the original BERT code.
  static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    default: return false
    }
  }

  /// As in Unicode 9, which the reference tokenizer's normaliser follows.
  private static func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
    let order = scalar.properties.canonicalCombiningClass.rawValue
    guard order != 0, let age = scalar.properties.age, age < (10, 0) else { return 0 }
    return order
  }

  private static func decomposition(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    guard scalar.value >= 0xC0, let age = scalar.properties.age, age < (10, 0) else {
      return [scalar]
    }
    return Array(String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars)
  }

  /// As in Unicode 8, which the reference tokenizer's tables follow; scalars of later
  /// versions are unassigned there, and a few have changed since.
  private static func category(_ scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
    let properties = scalar.properties
    guard let age = properties.age, age <= (8, 0) else { return .unassigned }
    switch scalar.value {
    case 0x166D, 0x111C9: return .otherPunctuation
    case 0x1734, 0x1171E: return .nonspacingMark
    case 0x1885, 0x1886: return .otherLetter
    case 0xA9BD: return .spacingMark
    default: return properties.generalCategory
    }
  }
}
