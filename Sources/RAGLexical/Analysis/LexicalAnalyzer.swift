/// Cuts text into terms: words folded and stemmed, Chinese, Japanese and Korean as bigrams.
///
/// Words are what FTS5's `porter unicode61 remove_diacritics 2` gives, but that they end where CJK
/// characters begin: a run of these becomes overlapping pairs and its last character. Names of
/// programs are terms as a whole and in their parts (see ``ProgramName``). One thread at a time may
/// use an analyzer.
final class LexicalAnalyzer {
  /// Where a term comes from.
  enum Kind {
    case word
    /// Two characters of a CJK run.
    case pair
    /// The last character of a CJK run of several.
    case last
    /// A CJK run of one character.
    case single
    /// A part of a word, beside that.
    case part
    /// Several words as one, or a word with a mark, beside these.
    case whole
  }

  /// Terms are cut at this length.
  static let termByteLimit = 255
  /// Changes with the terms that a text is cut into; files keep it. Terms of the first are among
  /// those of the second, but for words beside CJK characters, which were not stemmed; so files of
  /// both are searched and merged as one.
  static let versions: ClosedRange<UInt32> = 1...2

  private var word = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1024)
  /// Folded characters, each at the place of its low bits: the character in the high half.
  private let memo: UnsafeMutableBufferPointer<UInt64>
  private let asciiTable: UnsafeMutableBufferPointer<UInt8>

  private static let memoCount = 1024
  private static let wide: UInt8 = 0xFF

  init() {
    memo = .allocate(capacity: Self.memoCount)
    memo.initialize(repeating: 0)
    asciiTable = .allocate(capacity: 256)
    for byte in 0...UInt8.max {
      asciiTable[Int(byte)] =
        switch byte {
        case 0x30...0x39, 0x61...0x7A: byte
        case 0x41...0x5A: byte + 0x20
        case 0x80...: Self.wide
        default: 0
        }
    }
  }

  deinit {
    word.deallocate()
    memo.deallocate()
    asciiTable.deallocate()
  }

  /// Calls `body` with each term of a text, valid during the call.
  func analyze(_ text: String, _ body: (UnsafeBufferPointer<UInt8>, Kind) -> Void) {
    var text = text
    text.withUTF8 { analyze($0, body) }
  }

  private func analyze(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>, Kind) -> Void
  ) {
    guard let source = text.baseAddress, let table = asciiTable.baseAddress else { return }
    // Folding turns two bytes into three at most, and a stem may grow by one.
    reserve(text.count * 2 + 16)
    guard let word = word.baseAddress else { return }
    var index = 0
    var name = ProgramName()
    while index < text.count {
      let start = index
      var count = 0
      var capitalCount = 0
      var isPlain = true
      var isCJK = false
      // Whether something else than a word follows.
      var isParted = true
      while index < text.count {
        let folded = table[Int(source[index])]
        if folded == 0 { break }
        if folded != Self.wide {
          if isCJK {
            isParted = false
            break
          }
          word[count] = folded
          capitalCount &+= Int((source[index] ^ folded) >> 5)
          count &+= 1
          index &+= 1
          continue
        }
        let (value, length) = Self.decode(source + index, limit: text.count - index)
        let scalar = fold(value)
        if scalar == ScalarFolding.separator || (scalar == ScalarFolding.mark && count == 0) {
          break
        }
        if scalar != ScalarFolding.mark, CJK.contains(scalar) != isCJK {
          if count > 0 {
            isParted = false
            break
          }
          isCJK = true
        }
        isPlain = false
        index &+= length
        if scalar == ScalarFolding.mark { continue }
        count &+= Self.encode(scalar, to: word + count)
      }
      if isCJK {
        Self.pair(UnsafeBufferPointer(start: word, count: count), body)
        _ = name.next(start..<index, isPlain: false, in: text)
      } else if count > 0 {
        count = PorterStemmer.stem(word, count: count)
        Self.emit(UnsafeBufferPointer(start: word, count: count), .word, body)
        let found = start..<index
        if isPlain, capitalCount > 0, capitalCount < found.count {
          ProgramName.forEachPart(of: found, in: text) { part in
            let count = PorterStemmer.stem(word, count: copy(part, of: text))
            Self.emit(UnsafeBufferPointer(start: word, count: count), .part, body)
          }
        }
        if let whole = name.next(found, isPlain: isPlain, in: text) {
          Self.emit(UnsafeBufferPointer(start: word, count: copy(whole, of: text)), .whole, body)
        }
      }
      if index < text.count, isParted {
        // What ended the word parts terms, or is a mark that no letter precedes.
        index +=
          source[index] < 0x80 ? 1 : Self.decode(source + index, limit: text.count - index).length
      }
    }
  }

  @inline(__always)
  private static func emit(
    _ term: UnsafeBufferPointer<UInt8>, _ kind: Kind,
    _ body: (UnsafeBufferPointer<UInt8>, Kind) -> Void
  ) {
    body(UnsafeBufferPointer(rebasing: term.prefix(termByteLimit)), kind)
  }

  /// The pairs of a CJK run and its last character.
  private static func pair(
    _ run: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>, Kind) -> Void
  ) {
    guard let start = run.baseAddress else { return }
    func piece(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
      UnsafeBufferPointer(rebasing: run[range])
    }
    var previous = 0
    var index = decode(start, limit: run.count).length
    let isSingle = index == run.count
    while index < run.count {
      let next = index + decode(start + index, limit: run.count - index).length
      body(piece(previous..<next), .pair)
      previous = index
      index = next
    }
    body(piece(previous..<run.count), isSingle ? .single : .last)
  }

  /// Puts ASCII into the word, in small letters, and returns its length.
  private func copy(_ range: Range<Int>, of text: UnsafeBufferPointer<UInt8>) -> Int {
    for (place, byte) in text[range].enumerated() {
      let folded = asciiTable[Int(byte)]
      word[place] = folded == 0 ? byte : folded
    }
    return range.count
  }

  private func reserve(_ count: Int) {
    guard word.count < count else { return }
    word.deallocate()
    word = .allocate(capacity: count)
  }

  @inline(__always)
  private func fold(_ value: UInt32) -> UInt32 {
    let place = Int(value) & (Self.memoCount - 1)
    let known = memo[place]
    if UInt32(truncatingIfNeeded: known >> 32) == value {
      return UInt32(truncatingIfNeeded: known)
    }
    let folded = ScalarFolding.fold(value)
    memo[place] = UInt64(value) << 32 | UInt64(folded)
    return folded
  }

  /// A character that begins with a byte of 0x80 or more, of valid UTF-8 or a part of it.
  @inline(__always)
  private static func decode(
    _ bytes: UnsafePointer<UInt8>, limit: Int
  ) -> (value: UInt32, length: Int) {
    let first = UInt32(bytes[0])
    func rest(_ index: Int) -> UInt32 { UInt32(bytes[index]) & 0x3F }
    switch first {
    case 0xC0..<0xE0 where limit > 1: return ((first & 0x1F) << 6 | rest(1), 2)
    case 0xE0..<0xF0 where limit > 2: return ((first & 0xF) << 12 | rest(1) << 6 | rest(2), 3)
    case 0xF0... where limit > 3:
      return ((first & 7) << 18 | rest(1) << 12 | rest(2) << 6 | rest(3), 4)
    default: return (first, 1)
    }
  }

  @inline(__always)
  private static func encode(_ value: UInt32, to bytes: UnsafeMutablePointer<UInt8>) -> Int {
    func rest(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (value >> shift & 0x3F)) }
    switch value {
    case 0..<0x80:
      bytes[0] = UInt8(value)
      return 1
    case 0x80..<0x800:
      bytes[0] = UInt8(0xC0 | value >> 6)
      bytes[1] = rest(0)
      return 2
    case 0x800..<0x10000:
      bytes[0] = UInt8(0xE0 | value >> 12)
      bytes[1] = rest(6)
      bytes[2] = rest(0)
      return 3
    default:
      bytes[0] = UInt8(0xF0 | value >> 18 & 7)
      bytes[1] = rest(12)
      bytes[2] = rest(6)
      bytes[3] = rest(0)
      return 4
    }
  }
}
