/// A place in an original source, in three units that all name the same characters.
///
/// The source is the bytes as they were read: for HTML with all its markup, for a text in a
/// legacy encoding in that encoding.
public struct Span: Sendable, Hashable, Codable {
  /// Byte offsets in the source as stored (for a UTF-8 source, UTF-8 offsets).
  public var utf8: Range<Int>
  /// Offsets in Unicode scalars (code points) of the decoded source, byte-order mark excluded.
  public var characters: Range<Int>
  /// First and last line, counted from 1; lines end at LF, CR or CRLF.
  public var lines: ClosedRange<Int>

  /// Makes a span of its three ranges.
  public init(utf8: Range<Int>, characters: Range<Int>, lines: ClosedRange<Int>) {
    self.utf8 = utf8
    self.characters = characters
    self.lines = lines
  }

  /// The least span that holds two spans of one source.
  package func union(_ other: Span) -> Span {
    func union(_ a: Range<Int>, _ b: Range<Int>) -> Range<Int> {
      min(a.lowerBound, b.lowerBound)..<max(a.upperBound, b.upperBound)
    }
    return Span(
      utf8: union(utf8, other.utf8), characters: union(characters, other.characters),
      lines: min(
        lines.lowerBound, other.lines.lowerBound)...max(
          lines.upperBound, other.lines.upperBound))
  }
}
