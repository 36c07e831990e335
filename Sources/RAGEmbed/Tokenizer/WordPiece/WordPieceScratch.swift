/// What a scan needs while it runs, kept from one text to the next.
final class WordPieceScratch: @unchecked Sendable {
  // Sendable: a pool lends it to one scan at a time.

  /// The tokens found, and the byte range in the text of each.
  private(set) var tokens: UnsafeMutablePointer<Int32>
  private(set) var ranges: UnsafeMutablePointer<Range<Int>>
  private(set) var tokenCapacity = 1024

  /// The normalised word at hand, and the bytes of the text that each of its bytes came from.
  private(set) var word: UnsafeMutablePointer<UInt8>
  private(set) var origins: UnsafeMutablePointer<Range<Int>>
  private(set) var wordCapacity = 512

  /// A mark whose canonical order is not settled yet.
  struct Mark {
    var order: UInt8
    var scalar: UInt32
    var origin: Range<Int>
  }
  private(set) var marks: [Mark] = []

  init() {
    tokens = .allocate(capacity: tokenCapacity)
    ranges = .allocate(capacity: tokenCapacity)
    word = .allocate(capacity: wordCapacity)
    // Bytes behind the word are read together with it, and then left out.
    word.initialize(repeating: 0, count: wordCapacity)
    origins = .allocate(capacity: wordCapacity)
  }

  deinit {
    tokens.deallocate()
    ranges.deallocate()
    word.deallocate()
    origins.deallocate()
  }

  /// Whether so little memory is held that it may be kept for the next text.
  var isSmall: Bool { max(tokenCapacity, wordCapacity, marks.capacity) <= 1 << 16 }

  // The marks are changed in here, as Swift 6.3 compiles no change of a class's property by a
  // non-copyable struct (the scan) for the thread sanitizer.
  func append(_ mark: Mark) { marks.append(mark) }
  func removeMarks() { marks.removeAll(keepingCapacity: true) }

  /// Doubles the room for tokens, of which there are `count`.
  func growTokens(from count: Int) {
    tokenCapacity *= 2
    Self.grow(&tokens, from: count, to: tokenCapacity)
    Self.grow(&ranges, from: count, to: tokenCapacity)
  }

  /// Doubles the room for the word, which has `count` bytes.
  func growWord(from count: Int) {
    wordCapacity *= 2
    Self.grow(&word, from: count, to: wordCapacity)
    (word + count).initialize(repeating: 0, count: wordCapacity - count)
    Self.grow(&origins, from: count, to: wordCapacity)
  }

  private static func grow<Element>(
    _ buffer: inout UnsafeMutablePointer<Element>, from count: Int, to capacity: Int
  ) {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    // Those of the elements that were never written are plain bits, which nothing reads later.
    larger.moveInitialize(from: buffer, count: count)
    buffer.deallocate()
    buffer = larger
  }
}
