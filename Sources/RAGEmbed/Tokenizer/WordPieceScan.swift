/// One pass over a text: normalises it, cuts it into words, and cuts words into pieces.
///
/// Every byte of the word at hand knows the bytes of the text that it came from. Words of plain
/// ASCII, the usual case, keep one offset instead.
struct WordPieceScan: ~Copyable {
  /// What has been found: the tokens, and the byte range in the text of each.
  private(set) var tokens: [Int32] = []
  private(set) var ranges: [Range<Int>] = []

  private let model: WordPieceModel
  private let text: UnsafeBufferPointer<UInt8>
  private let keepsRanges: Bool
  private let limit: Int

  /// The normalised word so far, and how many scalars it has.
  private var word: [UInt8] = []
  private var scalarCount = 0
  /// The text that the word came from.
  private var wordStart = 0
  private var wordEnd = 0
  /// Where each byte of the word came from; empty while that is `wordStart` plus its index.
  private var origins: [Range<Int>] = []
  /// Marks whose canonical order is not settled yet: their class, scalar and origin.
  private var marks: [(order: UInt8, scalar: Unicode.Scalar, origin: Range<Int>)] = []

  /// Prepares a scan of `text`, which ends early once there are `limit` tokens.
  init(
    _ text: UnsafeBufferPointer<UInt8>, model: WordPieceModel, keepsRanges: Bool,
    limit: Int = .max
  ) {
    self.text = text
    self.model = model
    self.keepsRanges = keepsRanges
    self.limit = limit
    word.reserveCapacity(128)
    tokens.reserveCapacity(min(limit, text.count / 4 + 2))
    if keepsRanges { ranges.reserveCapacity(tokens.capacity) }
  }

  /// Runs over the whole text, stopping at added tokens.
  mutating func run() {
    var start = 0
    while tokens.count < limit, let match = model.addedTokens.firstMatch(in: text, from: start) {
      scan(start..<match.range.lowerBound)
      emit(match.token, match.range)
      start = match.range.upperBound
    }
    scan(start..<text.count)
  }

  private mutating func scan(_ segment: Range<Int>) {
    var offset = segment.lowerBound
    while offset < segment.upperBound, tokens.count < limit {
      let byte = text[offset]
      guard byte < 0x80 else {
        let length = Self.scalarLength(byte)
        scan(decode(at: offset, length: length), origin: offset..<(offset + length))
        offset += length
        continue
      }
      if !marks.isEmpty { settleMarks() }
      switch model.ascii.classes[Int(byte)] {
      case .letter: appendASCII(model.ascii.folded[Int(byte)], at: offset)
      case .space: endWord()
      case .punctuation:
        endWord()
        appendASCII(byte, at: offset)
        endWord()
      case .removed: break
      }
      offset += 1
    }
    settleMarks()
    endWord()
  }

  /// Takes a scalar beyond ASCII through the steps of the normaliser.
  private mutating func scan(_ scalar: Unicode.Scalar, origin: Range<Int>) {
    let rules = model.normalization
    if rules.cleansText {
      if BERTNormalization.isRemoved(scalar) { return }
      if BERTNormalization.isSpace(scalar) {
        settleMarks()
        return endWord()
      }
    }
    let isWord = rules.splitsChinese && BERTNormalization.isChinese(scalar)
    if isWord {
      settleMarks()
      endWord()
    }
    if rules.stripsAccents {
      CanonicalDecomposition.forEach(of: scalar) { appendDecomposed($0, origin: origin) }
    } else {
      append(scalar, origin: origin)
    }
    if isWord {
      settleMarks()
      endWord()
    }
  }

  /// Puts decomposed scalars in canonical order (Unicode Standard, D109) without those that are
  /// stripped.
  private mutating func appendDecomposed(_ scalar: Unicode.Scalar, origin: Range<Int>) {
    let order = BERTNormalization.combiningClass(scalar)
    if order == 0 { settleMarks() }
    if BERTNormalization.isNonspacingMark(scalar) { return }
    if order == 0 { return append(scalar, origin: origin) }
    let place = marks.lastIndex { $0.order <= order }.map { $0 + 1 } ?? 0
    marks.insert((order, scalar, origin), at: place)
  }

  private mutating func settleMarks() {
    guard var origin = marks.first?.origin else { return }
    // Marks may have changed places, so all of a run share what the run came from.
    for mark in marks {
      origin =
        min(
          origin.lowerBound, mark.origin.lowerBound)..<max(
          origin.upperBound, mark.origin.upperBound)
    }
    for mark in marks { append(mark.scalar, origin: origin) }
    marks.removeAll(keepingCapacity: true)
  }

  private mutating func append(_ scalar: Unicode.Scalar, origin: Range<Int>) {
    guard model.normalization.lowercases, scalar.properties.changesWhenLowercased else {
      return place(scalar, origin: origin)
    }
    for lower in scalar.properties.lowercaseMapping.unicodeScalars {
      place(lower, origin: origin)
    }
  }

  /// Adds a scalar in its final form to the word, or ends the word.
  private mutating func place(_ scalar: Unicode.Scalar, origin: Range<Int>) {
    if BERTNormalization.isSpace(scalar) { return endWord() }
    let isWord = BERTNormalization.isPunctuation(scalar)
    if isWord { endWord() }
    if word.isEmpty { wordStart = origin.lowerBound }
    scalarCount += 1
    wordEnd = max(wordEnd, origin.upperBound)
    if scalarCount <= model.maximumWordLength {
      giveOrigins()
      for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
        word.append(byte)
        origins.append(origin)
      }
    }
    if isWord { endWord() }
  }

  private mutating func appendASCII(_ byte: UInt8, at offset: Int) {
    if word.isEmpty { wordStart = offset }
    scalarCount += 1
    wordEnd = offset + 1
    guard scalarCount <= model.maximumWordLength else { return }
    // A letter that does not follow the one before it in the text, for something was left out.
    if origins.isEmpty, wordStart + word.count != offset { giveOrigins() }
    if !origins.isEmpty { origins.append(offset..<(offset + 1)) }
    word.append(byte)
  }

  /// Writes down the origins that were implied so far.
  private mutating func giveOrigins() {
    if !origins.isEmpty { return }
    for index in word.indices { origins.append((wordStart + index)..<(wordStart + index + 1)) }
  }

  /// Cuts the word into the longest pieces from the left; what has none is unknown as a whole.
  private mutating func endWord() {
    if scalarCount == 0 { return }
    let firstToken = tokens.count
    let isKnown = scalarCount <= model.maximumWordLength && cutWord()
    if !isKnown {
      tokens.removeSubrange(firstToken...)
      if keepsRanges { ranges.removeSubrange(firstToken...) }
      emit(model.unknownToken, wordStart..<wordEnd)
    }
    word.removeAll(keepingCapacity: true)
    origins.removeAll(keepingCapacity: true)
    scalarCount = 0
    wordEnd = 0
  }

  private mutating func cutWord() -> Bool {
    var start = 0
    while start < word.count {
      let match = word.withUnsafeBufferPointer {
        model.vocabulary.longestMatch(in: $0, from: start)
      }
      guard let match else { return false }
      let lower = origins.isEmpty ? wordStart + start : origins[start].lowerBound
      let upper = origins.isEmpty ? wordStart + match.end : origins[match.end - 1].upperBound
      emit(match.token, lower..<upper)
      start = match.end
    }
    return true
  }

  private mutating func emit(_ token: Int32, _ range: Range<Int>) {
    tokens.append(token)
    if keepsRanges { ranges.append(range) }
  }

  private static func scalarLength(_ lead: UInt8) -> Int {
    lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
  }

  /// Decodes a scalar; the text of a `String` is valid UTF-8.
  private func decode(at offset: Int, length: Int) -> Unicode.Scalar {
    var value = UInt32(text[offset]) & (0x7F >> UInt32(length))
    for index in 1..<length { value = value << 6 | UInt32(text[offset + index] & 0x3F) }
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }
}
