/// What a set of rules makes of each scalar, worked out once: a table of two stages.
final class ScalarTable: @unchecked Sendable {
  // Sendable: both buffers are written in `init` alone.

  /// What becomes of a scalar.
  enum Kind: UInt32 {
    /// Part of a word.
    case letter
    /// A word of its own.
    case single
    /// Ends a word.
    case space
    /// Left out; the word goes on.
    case skipped
    /// Left out, but the marks before it keep their places before those after it.
    case starter
    /// Part of a word, where its combining class puts it among its neighbours.
    case mark
    /// Several letters or marks.
    case several
    /// A Hangul syllable, which is taken apart into letters.
    case hangul
  }

  /// A scalar's kind and what it is replaced by.
  struct Entry {
    let bits: UInt32

    /// Set where the scalar stays as it is. Such entries do not name it, so that many can share a
    /// page.
    static let same: UInt32 = 8

    init(bits: UInt32) { self.bits = bits }
    init(_ kind: Kind) { bits = kind.rawValue | Self.same }
    init(_ kind: Kind, _ value: UInt32) { bits = kind.rawValue | value << 4 }

    // Every value of the three bits is a kind.
    var kind: Kind { Kind(rawValue: bits & 7) ?? .letter }
    var isSame: Bool { bits & Self.same != 0 }
    /// The scalar that it becomes; of several, where they begin in `sequences`.
    var value: UInt32 { bits >> 4 }
  }

  /// A page has the entries of 128 scalars.
  static let pageShift = 7
  static let pageMask: UInt32 = 127

  /// Each page's place in `entries`, divided by the size of a page.
  let pages: UnsafeMutablePointer<UInt16>
  let entries: UnsafeMutablePointer<UInt32>
  /// For each that becomes several: how many, and which.
  let sequences: [UInt32]

  init(_ rules: BERTNormalization) {
    let builder = ScalarTableBuilder(rules)
    pages = .allocate(capacity: builder.pages.count)
    pages.initialize(from: builder.pages, count: builder.pages.count)
    entries = .allocate(capacity: builder.entries.count)
    entries.initialize(from: builder.entries, count: builder.entries.count)
    sequences = builder.sequences
  }

  deinit {
    pages.deallocate()
    entries.deallocate()
  }

  /// The entry of a scalar, whose value is at most 0x10FFFF.
  @inline(__always)
  subscript(scalar: UInt32) -> Entry {
    let page = Int(pages[Int(scalar >> UInt32(Self.pageShift))]) << Self.pageShift
    return Entry(bits: entries[page + Int(scalar & Self.pageMask)])
  }

  /// The combining class of a `mark`.
  static func combiningClass(_ scalar: UInt32) -> UInt8 {
    let runs = ScalarData.combiningRuns
    for run in stride(from: 0, to: runs.count, by: 3) where scalar <= runs[run + 1] {
      return scalar >= runs[run] ? UInt8(truncatingIfNeeded: runs[run + 2]) : 0
    }
    return 0
  }
}
