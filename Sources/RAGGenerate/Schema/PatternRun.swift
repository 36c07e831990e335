/// The patterns of one check: each is compiled once, and all together look at no more than a bounded
/// number of characters.
final class PatternRun {
  /// Steps times characters.
  private static let workCount = 50_000_000

  private var compiled: [String: LinearPattern] = [:]
  private var work = 0

  /// A pattern; that it compiles was checked when the schema was read.
  func compiled(_ text: String) -> LinearPattern? {
    if let known = compiled[text] { return known }
    compiled[text] = try? LinearPattern(text)
    return compiled[text]
  }

  /// Whether a pattern matches somewhere in a text; nil where that would be too much work.
  func matches(_ pattern: LinearPattern, _ text: String) -> Bool? {
    let (added, isMore) = text.unicodeScalars.count.multipliedReportingOverflow(
      by: pattern.steps.count)
    work += isMore ? Self.workCount : min(added, Self.workCount)
    return work < Self.workCount ? pattern.matches(text) : nil
  }
}
