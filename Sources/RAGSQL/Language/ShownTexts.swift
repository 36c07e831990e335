import RAGGenerate

/// Gives a query back what a prompt showed in another form.
///
/// Text from outside stands neutralised in a prompt, `"Price [EUR]"` as `"Price [ EUR ]"`. A query
/// that copies such a name or value from there means what the database has.
struct ShownTexts: Sendable {
  /// A text that is not shown as it is.
  private struct Changed: Sendable {
    let original: [Unicode.Scalar]
    let shown: [Unicode.Scalar]
    /// Where each scalar of the shown text stands in the original; an added one stands for nothing.
    let places: [Range<Int>]

    /// Nil for a text that is shown as it is.
    init?(_ text: String) {
      let shown = PromptFence.inside(text)
      guard shown != text else { return nil }
      original = Array(text.unicodeScalars)
      self.shown = Array(shown.unicodeScalars)
      var places: [Range<Int>] = []
      var place = 0
      for scalar in self.shown {
        // Neutralising adds blanks, takes scalars out, and makes line feeds of other line ends.
        let isAdded = scalar == " " && place < original.count && original[place] != " "
        while !isAdded, scalar != "\n", place < original.count, original[place] != scalar {
          place += 1
        }
        let end = isAdded ? place : min(place + 1, original.count)
        places.append(place..<end)
        place = end
      }
      self.places = places
    }

    /// What a piece, which is not empty, stands for; nil where the text does not show it.
    func original(of piece: [Unicode.Scalar]) -> [Unicode.Scalar]? {
      shown.firstRange(of: piece).map {
        Array(original[places[$0.lowerBound].lowerBound..<places[$0.upperBound - 1].upperBound])
      }
    }
  }

  /// Quoted names and texts of a query that are looked at; an answer may be nothing else.
  private static let tokenCount = 256

  /// The names that the database has, in lower case.
  private let names: Set<String>
  private let originals: [[Unicode.Scalar]]
  private let changed: [Changed]

  /// Takes texts as they were before they were neutralised.
  init(_ texts: [String], of schema: SQLSchema) {
    changed = texts.compactMap(Changed.init)
    originals = changed.isEmpty ? [] : texts.map { Array($0.unicodeScalars) }
    names =
      changed.isEmpty
      ? []
      : Set(schema.tables.flatMap { [$0.name] + $0.columns.map(\.name) }.map { $0.lowercased() })
  }

  /// The query with what it copied as it is in the database.
  func restored(_ query: SQLQuery) -> SQLQuery {
    guard !changed.isEmpty else { return query }
    let bytes = Array(query.text.utf8)
    var output: [UInt8] = []
    var end = 0
    let quoted = SQLLexer.tokens(of: query.text).filter {
      $0.kind == .quotedName
        || $0.kind == .string && bytes[$0.range.lowerBound] == UInt8(ascii: "'")
    }
    for token in quoted.prefix(Self.tokenCount) {
      guard let text = restored(token) else { continue }
      output += bytes[end..<token.range.lowerBound] + text.utf8
      end = token.range.upperBound
    }
    return SQLQuery(String(decoding: output + bytes[end...], as: UTF8.self))
  }

  /// What a quoted name or a text was copied from, as SQL; nil for a name that there is, and for a
  /// text that may be from where it is shown as it is.
  private func restored(_ token: SQLToken) -> String? {
    guard token.kind == .string else {
      return names.contains(token.text.lowercased())
        ? nil
        : original(of: SQLName.quoted(token.text)).flatMap { Self.single(.quotedName, $0) }
    }
    // A pattern of LIKE has its signs around what it looks for.
    let start = token.text.prefix { $0 == "%" }
    let end = token.text.dropFirst(start.count).reversed().prefix { $0 == "%" }
    let core = String(token.text.dropFirst(start.count).dropLast(end.count))
    let scalars = Array(core.unicodeScalars)
    guard !core.isEmpty, !originals.contains(where: { $0.firstRange(of: scalars) != nil }) else {
      return nil
    }
    return original(of: SQLName.literal(token.text)).flatMap { Self.single(.string, $0) }
      ?? original(of: core).map { SQLName.literal(start + $0 + end) }
  }

  /// What a text that is shown, and not empty, was.
  private func original(of text: String) -> String? {
    let piece = Array(text.unicodeScalars)
    for text in changed {
      if let original = text.original(of: piece) {
        return String(String.UnicodeScalarView(original))
      }
    }
    return nil
  }

  private static func single(_ kind: SQLToken.Kind, _ sql: String) -> String? {
    let tokens = SQLLexer.all(of: sql)
    return tokens.count == 1 && tokens[0].kind == kind && tokens[0].range.lowerBound == 0
      && tokens[0].range.upperBound == sql.utf8.count ? sql : nil
  }
}
