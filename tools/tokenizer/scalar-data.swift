// Prints ScalarData.swift, from the Unicode properties of the standard library:
//   swift tools/tokenizer/scalar-data.swift \
//     >Sources/RAGEmbed/Tokenizer/WordPiece/ScalarData.swift
import Foundation

/// In Unicode 8, which the reference tokenizer follows; scalars of later versions are unassigned
/// there, and a few have changed since.
func category(_ scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
  guard let age = scalar.properties.age, age <= (8, 0) else { return .unassigned }
  switch scalar.value {
  case 0x166D, 0x111C9: return .otherPunctuation
  case 0x1734, 0x1171E: return .nonspacingMark
  case 0x1885, 0x1886: return .otherLetter
  case 0xA9BD: return .spacingMark
  default: return scalar.properties.generalCategory
  }
}

/// In Unicode 9, which the reference tokenizer's normaliser follows.
func combiningClass(_ scalar: Unicode.Scalar) -> UInt32 {
  guard let age = scalar.properties.age, age < (10, 0) else { return 0 }
  return UInt32(scalar.properties.canonicalCombiningClass.rawValue)
}

/// The raw value of a `BERTNormalization.ScalarClass`.
func scalarClass(_ scalar: Unicode.Scalar) -> UInt32 {
  let isSpace = scalar.properties.isWhitespace
  switch category(scalar) {
  case .control, .format, .privateUse, .surrogate:
    // Tabulators and line ends are spaces only.
    if ![0x9, 0xA, 0xD].contains(scalar.value) { return isSpace ? 7 : 1 }
  default: break
  }
  if scalar.value == 0xFFFD { return 1 }
  if isSpace { return 2 }
  let isLetter = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  if scalar.isASCII { return isLetter ? 0 : 3 }
  switch category(scalar) {
  case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
    .initialPunctuation, .finalPunctuation, .otherPunctuation:
    return 3
  case .nonspacingMark: return combiningClass(scalar) == 0 ? 5 : 4
  default: return combiningClass(scalar) == 0 ? 0 : 6
  }
}

/// The full canonical decomposition in Unicode 9.
func decomposition(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
  guard let age = scalar.properties.age, age < (10, 0), !(0xAC00...0xD7A3).contains(scalar.value)
  else { return [scalar] }
  return Array(String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars)
}

var classRuns: [UInt32] = []
var combiningRuns: [(first: UInt32, last: UInt32, order: UInt32)] = []
var lowercaseRuns: [(first: UInt32, last: UInt32, stride: UInt32, distance: Int)] = []
var decompositionRuns: [(first: UInt32, parts: [UInt32])] = []
var longDecompositions: [[UInt32]] = []

for scalar in (0..<UInt32(0x110000)).compactMap(Unicode.Scalar.init) {
  let value = scalar.value
  let kind = scalarClass(scalar)
  if classRuns.last.map({ $0 & 7 }) != kind { classRuns.append(value << 3 | kind) }
  if kind == 6 {
    let order = combiningClass(scalar)
    if let run = combiningRuns.last, run.last + 1 == value, run.order == order {
      combiningRuns[combiningRuns.count - 1].last = value
    } else {
      combiningRuns.append((value, value, order))
    }
  }
  let lower = scalar.properties.lowercaseMapping.unicodeScalars.map(\.value)
  if lower != [value], lower.count == 1, let age = scalar.properties.age, age <= (17, 0) {
    let distance = Int(lower[0]) - Int(value)
    if let run = lowercaseRuns.last, run.distance == distance,
      run.first == run.last ? value - run.last <= 2 : value - run.last == run.stride
    {
      lowercaseRuns[lowercaseRuns.count - 1].stride = value - run.last
      lowercaseRuns[lowercaseRuns.count - 1].last = value
    } else {
      lowercaseRuns.append((value, value, 1, distance))
    }
  }
  let parts = decomposition(scalar)
  if parts != [scalar] {
    let kept = parts.filter { category($0) != .nonspacingMark }.map(\.value)
    if kept.count > 1 {
      longDecompositions.append([value, UInt32(kept.count)] + kept)
    } else if let run = decompositionRuns.last, run.first + UInt32(run.parts.count) == value {
      decompositionRuns[decompositionRuns.count - 1].parts.append(kept.first ?? 0)
    } else {
      decompositionRuns.append((value, [kept.first ?? 0]))
    }
  }
}

/// The elements of an array literal, in lines of up to 100 columns.
func elements(_ elements: [String]) -> String {
  var lines = ["   "]
  for element in elements {
    if lines[lines.count - 1].count + element.count + 2 > 100 { lines.append("   ") }
    lines[lines.count - 1] += " \(element),"
  }
  return lines.joined(separator: "\n")
}

func hexadecimal(_ value: UInt32) -> String { "0x" + String(value, radix: 16, uppercase: true) }

let combining = combiningRuns.flatMap { run in
  [hexadecimal(run.first), hexadecimal(run.last), "\(run.order)"]
}
let decompositions = decompositionRuns.flatMap { run in
  [hexadecimal(run.first), "\(run.parts.count)"] + run.parts.map(hexadecimal)
}
let long = longDecompositions.flatMap { decomposition in
  [hexadecimal(decomposition[0]), "\(decomposition[1])"] + decomposition[2...].map(hexadecimal)
}
let lowercase = lowercaseRuns.flatMap { run in
  [hexadecimal(run.first), hexadecimal(run.last), "\(run.stride)", "\(run.distance)"]
}
print(
  """
  /// What the Unicode properties say about every scalar, as far as the BERT normaliser asks.
  ///
  /// Written out, for asking the standard library for each scalar takes much longer than all else
  /// that a tokenizer does, and so that tokens do not depend on its version. Made by
  /// `tools/tokenizer/scalar-data.swift`; `WordPieceReferenceTests` compares all of it with the
  /// properties.
  enum ScalarData {
    /// The first scalar of each run of one class, and the class: `scalar << 3 | class`.
    ///
    /// The classes are those of Unicode 8, which the reference tokenizer follows.
    static let classRuns: [UInt32] = [
  \(elements(classRuns.map(hexadecimal)))
    ]

    /// Runs of scalars with a canonical combining class that are not stripped as nonspacing marks:
    /// the first, the last, and their class in Unicode 9.
    static let combiningRuns: [UInt32] = [
  \(elements(combining))
    ]

    /// Runs of scalars with a canonical decomposition in Unicode 9: the first, their number, and
    /// for each what is left of it without nonspacing marks, 0 for nothing. Hangul syllables
    /// decompose by rule.
    static let decompositionRuns: [UInt32] = [
  \(elements(decompositions))
    ]

    /// The scalars of whose decomposition more than one is left: the scalar, how many, and which.
    static let longDecompositions: [UInt32] = [
  \(elements(long))
    ]

    /// Runs of scalars that have a lower case in Unicode 17, each `stride` after the one before it:
    /// the first, the last, the stride, and the distance to the lower case. U+0130, whose lower
    /// case has two scalars, is not here.
    static let lowercaseRuns: [Int32] = [
  \(elements(lowercase))
    ]
  }
  """)
