/// Maps a text back to the bytes that it was made from.
///
/// A sorted list of runs, each saying that `count` units of `textUnit` bytes stand for as many
/// units of `sourceUnit` bytes. Copied ASCII is 1:1 with one long run; an entity such as
/// `&amp;` is one unit of 1 text byte and 5 source bytes; GBK Chinese is units of 3 and 2 bytes.
/// Text between two runs (a line break put where markup stood) is synthetic: it stands for the
/// source bytes between those runs.
public struct SourceMap: Sendable, Hashable {
  /// `count` units, each of `textUnit` bytes of text and `sourceUnit` bytes of source.
  public struct Run: Sendable, Hashable {
    /// Offset of the first unit in the text.
    public var textStart: Int
    /// Offset of the first unit in the source.
    public var sourceStart: Int
    /// Number of units.
    public var count: Int
    /// Bytes of one unit in the text.
    public var textUnit: Int
    /// Bytes of one unit in the source.
    public var sourceUnit: Int

    /// Makes a run; the units default to single bytes.
    public init(
      textStart: Int, sourceStart: Int, count: Int, textUnit: Int = 1, sourceUnit: Int = 1
    ) {
      self.textStart = textStart
      self.sourceStart = sourceStart
      self.count = count
      self.textUnit = textUnit
      self.sourceUnit = sourceUnit
    }

    /// Offset after the last unit in the text.
    public var textEnd: Int { textStart + count * textUnit }
    /// Offset after the last unit in the source.
    public var sourceEnd: Int { sourceStart + count * sourceUnit }
  }

  /// Sorted by `textStart`, not overlapping; `sourceStart` never decreases.
  public private(set) var runs: [Run] = []

  /// A map without runs.
  public init() {}

  /// The map of a text that is its source, byte for byte.
  public static func identity(byteCount: Int) -> SourceMap {
    var map = SourceMap()
    map.append(Run(textStart: 0, sourceStart: 0, count: byteCount))
    return map
  }

  /// Adds a run after all others, joined to the last one where it continues it.
  ///
  /// Precondition: the run starts at or after the end of the last one, in text and in source.
  public mutating func append(_ run: Run) {
    guard run.count > 0 else { return }
    if let last = runs.last {
      precondition(
        run.textStart >= last.textEnd && run.sourceStart >= last.sourceEnd,
        "runs are appended in order")
      // Units of one size join; a lone unit of another size never does.
      if run.textStart == last.textEnd, run.sourceStart == last.sourceEnd,
        run.textUnit == last.textUnit, run.sourceUnit == last.sourceUnit
      {
        runs[runs.count - 1].count += run.count
        return
      }
    }
    runs.append(run)
  }

  /// The source bytes that a range of the text came from.
  ///
  /// Ends that fall inside a unit are widened to the whole unit. An end in synthetic text is
  /// moved to the nearest run inside the range; a range wholly synthetic gives the source bytes
  /// between its neighbours.
  /// - Complexity: O(log runs).
  public func sourceRange(of text: Range<Int>) -> Range<Int> {
    // First run that ends after the range's start, last run that starts before its end.
    let first = runs.partitioningIndex { $0.textEnd > text.lowerBound }
    let last = runs.partitioningIndex { $0.textStart >= text.upperBound } - 1
    guard first < runs.count, last >= first else {
      let start = first > 0 ? runs[first - 1].sourceEnd : 0
      let end = first < runs.count ? runs[first].sourceStart : start
      return start..<max(start, end)
    }
    let lower = runs[first]
    let upper = runs[last]
    let skipped = max(0, text.lowerBound - lower.textStart) / lower.textUnit
    let taken =
      (min(text.upperBound, upper.textEnd) - upper.textStart + upper.textUnit - 1)
      / upper.textUnit
    let start = lower.sourceStart + skipped * lower.sourceUnit
    return start..<max(start, upper.sourceStart + taken * upper.sourceUnit)
  }
}

extension Array {
  /// The first index whose element satisfies a predicate that is false, then true.
  /// - Complexity: O(log count).
  package func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
