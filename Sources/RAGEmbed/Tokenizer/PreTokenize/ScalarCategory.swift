/// The general category of every scalar, looked up once, as a number below 32.
enum ScalarCategory {
  /// Names in the order of their numbers, as in `\p{Lu}`.
  private static let named: [(name: String, category: Unicode.GeneralCategory)] = [
    ("Lu", .uppercaseLetter), ("Ll", .lowercaseLetter), ("Lt", .titlecaseLetter),
    ("Lm", .modifierLetter), ("Lo", .otherLetter), ("Mn", .nonspacingMark), ("Mc", .spacingMark),
    ("Me", .enclosingMark), ("Nd", .decimalNumber), ("Nl", .letterNumber), ("No", .otherNumber),
    ("Pc", .connectorPunctuation), ("Pd", .dashPunctuation), ("Ps", .openPunctuation),
    ("Pe", .closePunctuation), ("Pi", .initialPunctuation), ("Pf", .finalPunctuation),
    ("Po", .otherPunctuation), ("Sm", .mathSymbol), ("Sc", .currencySymbol),
    ("Sk", .modifierSymbol), ("So", .otherSymbol), ("Zs", .spaceSeparator),
    ("Zl", .lineSeparator), ("Zp", .paragraphSeparator),
  ]
  /// Controls that are white space.
  private static let spaceControl = named.count
  /// All else.
  private static let other = named.count + 1

  /// What `\s` stands for, a bit for each category.
  static let whiteSpace: UInt32 = (mask("Z") ?? 0) | 1 << UInt32(spaceControl)

  /// The categories of a name: `L` is all letters, `Lu` those in upper case. Nil for other names.
  static func mask(_ name: String) -> UInt32? {
    var mask: UInt32 = 0
    for (index, entry) in named.enumerated()
    where entry.name == name || entry.name.prefix(1) == name {
      mask |= 1 << UInt32(index)
    }
    return mask == 0 ? nil : mask
  }

  /// In two tables, as few texts need the second, which takes some time to make.
  private static let low = table(0..<0x3000)
  private static let high = table(0x3000..<0x32400)

  private static func table(_ range: Range<UInt32>) -> [UInt8] {
    range.map { Unicode.Scalar($0).map(find) ?? UInt8(other) }
  }

  /// The number of a scalar's category.
  @inline(__always)
  static func number(of scalar: Unicode.Scalar) -> UInt8 {
    switch scalar.value {
    case ..<0x3000: low[Int(scalar.value)]
    case ..<0x32400: high[Int(scalar.value - 0x3000)]
    default: find(scalar)
    }
  }

  private static func find(_ scalar: Unicode.Scalar) -> UInt8 {
    // The reference's tables are those of Unicode 16.
    guard let age = scalar.properties.age, age <= (16, 0) else { return UInt8(other) }
    let category = scalar.properties.generalCategory
    if category == .control {
      return UInt8(scalar.properties.isWhitespace ? spaceControl : other)
    }
    return UInt8(named.firstIndex { $0.category == category } ?? other)
  }
}
