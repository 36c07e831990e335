/// One pass over a text: normalises it, cuts it into words, and cuts words into pieces.
///
/// Most words are looked up right from the text's bytes: ASCII of up to 15 letters and digits, and
/// characters that stand for themselves. The others are normalised byte by byte (`scanWord`).
struct WordPieceScan: ~Copyable {
  /// What is written down beside the number of tokens.
  enum Output: Int, Comparable {
    case count, tokens, ranges

    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  /// How many tokens have been found.
  private(set) var count = 0

  let model: WordPieceModel
  let text: UnsafeBufferPointer<UInt8>
  let scratch: WordPieceScratch
  private let output: Output
  private let limit: Int

  /// The word at hand: its normalised bytes, how many scalars it has, and the text it came from.
  var word: UnsafeMutablePointer<UInt8>
  var byteCount = 0
  var scalarCount = 0
  var wordStart = 0
  var wordEnd = 0
  /// Whether each byte of the word came from the byte at `wordStart` plus its index; otherwise
  /// `scratch.origins` has where.
  var isVerbatim = true

  private var tokens: UnsafeMutablePointer<Int32>
  private var ranges: UnsafeMutablePointer<Range<Int>>
  private var capacity: Int

  /// Prepares a scan of `text`, which must be UTF-8 and ends early once there are `limit` tokens.
  init(
    _ text: UnsafeBufferPointer<UInt8>, model: WordPieceModel, scratch: WordPieceScratch,
    output: Output, limit: Int = .max
  ) {
    self.text = text
    self.model = model
    self.scratch = scratch
    self.output = output
    self.limit = limit
    word = scratch.word
    tokens = scratch.tokens
    ranges = scratch.ranges
    capacity = output == .count ? .max : scratch.tokenCapacity
  }

  /// The tokens, unless they were only counted; until the scratch memory goes to another scan.
  var foundTokens: UnsafeBufferPointer<Int32> { .init(start: tokens, count: count) }
  /// The byte range in the text of each token, where they were asked for.
  var foundRanges: UnsafeBufferPointer<Range<Int>> { .init(start: ranges, count: count) }
  var keepsRanges: Bool { output == .ranges }

  /// Runs over the whole text.
  mutating func run() {
    var position = 0
    while position < text.count, count < limit {
      let byte = Int(text[position])
      var kind = model.ascii.kinds[byte]
      if kind == .added {
        if let match = model.addedTokens.match(in: text, at: position) {
          emit(match.token, position..<match.end)
          position = match.end
          continue
        }
        kind = model.ascii.plainKinds[byte]
      }
      switch kind {
      case .letter: position = scanPlainWord(at: position)
      case .multibyte: position = scanScalar(at: position)
      case .punctuation:
        emit(model.ascii.tokens[byte], position..<(position &+ 1))
        position &+= 1
      case .space, .skipped, .added: position &+= 1
      }
    }
  }

  /// Takes a word of up to 15 ASCII letters and digits, where that is all of it; any other is
  /// normalised first. Returns where it ends.
  @inline(__always)
  private mutating func scanPlainWord(at start: Int) -> Int {
    guard model.ascii.hasPlainWords else { return scanWord(at: start) }
    var low = WordBytes(text, at: start)
    var high = WordBytes(0)
    var length = low.alphanumericCount
    if length == 8 {
      high = WordBytes(text, at: start &+ 8)
      length &+= high.alphanumericCount
    }
    let end = start &+ length
    guard length > 0, length <= PieceTable.maximumLength, length <= model.maximumWordLength,
      end == text.count || model.ascii.endsWord[Int(text[end])]
    else { return scanWord(at: start) }
    low = WordBytes(low.folded(model.ascii.caseBits))
    high = WordBytes(high.folded(model.ascii.caseBits))
    let key = PieceTable.Key(low: low.bytes, high: high.bytes, length: length)
    let token = model.vocabulary.pieces.token(of: key)
    if token >= 0 {
      emit(token, start..<end)
    } else {
      // There is room for 16 bytes at any time.
      let raw = UnsafeMutableRawPointer(word)
      raw.storeBytes(of: key.low.littleEndian, as: UInt64.self)
      raw.storeBytes(of: key.high.littleEndian, toByteOffset: 8, as: UInt64.self)
      byteCount = length
      wordStart = start
      wordEnd = end
      cutPieces()
      byteCount = 0
    }
    return end
  }

  /// Takes a scalar beyond ASCII that begins no word, or the word that it begins. Returns where
  /// that ends.
  @inline(__always)
  private mutating func scanScalar(at start: Int) -> Int {
    var scalar = EncodedScalar(text, at: start)
    let end = start &+ scalar.byteCount
    let entry = model.scalars[scalar.value]
    switch entry.kind {
    case .space, .skipped, .starter: return end
    case .single:
      if !entry.isSame { scalar = EncodedScalar(entry.value) }
      let key = PieceTable.Key(low: UInt64(scalar.bytes), high: 0, length: scalar.byteCount)
      let token = model.vocabulary.pieces.token(of: key)
      emit(token < 0 ? model.unknownToken : token, start..<end)
      return end
    case .letter, .mark, .several, .hangul: return scanWord(at: start)
    }
  }

  /// Looks the word up as a whole, then cuts it.
  mutating func cutWord() {
    if byteCount <= PieceTable.maximumLength {
      // There is room for 16 bytes at any time.
      let raw = UnsafeRawPointer(word)
      let token = model.vocabulary.pieces.token(
        of: .init(
          low: UInt64(littleEndian: raw.load(as: UInt64.self)),
          high: UInt64(littleEndian: raw.load(fromByteOffset: 8, as: UInt64.self)),
          length: byteCount))
      if token >= 0 { return emit(token, origin(of: 0..<byteCount)) }
    }
    cutPieces()
  }

  /// Cuts the word into the longest pieces from the left; what has none is unknown as a whole.
  private mutating func cutPieces() {
    let first = count
    var start = 0
    while start < byteCount {
      let match = model.vocabulary.longestMatch(in: word, from: start, to: byteCount)
      guard match.token >= 0 else {
        count = first
        return emit(model.unknownToken, wordStart..<wordEnd)
      }
      emit(match.token, origin(of: start..<match.end))
      start = match.end
    }
  }

  /// The bytes of the text that bytes of the word came from.
  @inline(__always)
  private func origin(of range: Range<Int>) -> Range<Int> {
    if isVerbatim { return (wordStart &+ range.lowerBound)..<(wordStart &+ range.upperBound) }
    return scratch.origins[range.lowerBound]
      .lowerBound..<scratch.origins[range.upperBound &- 1].upperBound
  }

  /// Writes a token down.
  @inline(__always)
  mutating func emit(_ token: Int32, _ range: Range<Int>) {
    if output != .count {
      if count == capacity { growTokens() }
      tokens[count] = token
      if output == .ranges { ranges[count] = range }
    }
    count &+= 1
  }

  @inline(never)
  private mutating func growTokens() {
    scratch.growTokens(from: count)
    tokens = scratch.tokens
    ranges = scratch.ranges
    capacity = scratch.tokenCapacity
  }
}
