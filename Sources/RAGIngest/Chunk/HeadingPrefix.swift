import RAGCore

/// Composes what stands before a chunk's text when it is embedded: `Title > H1 > H2`.
struct HeadingPrefix {
  static let separator = " > "

  /// The line; empty when there is nothing to say.
  private(set) var text = ""
  /// Its tokens, without the text that follows.
  private(set) var tokenCount = 0

  /// An empty prefix.
  init() {}

  /// Joins title and headings, leaving out what is said twice or stands in the chunk itself.
  ///
  /// A prefix over `budget` loses headings from the outer ones inwards, the title last of them;
  /// a single heading too long is cut at a token and ends in `…`.
  init(title: String?, headings: [String], own: [String], budget: Int, counter: any TokenCounter) {
    var seen = Set(own.map(Self.key))
    var parts: [String] = []
    for part in [title.map { Self.singleLine($0, byteCount: 300) } ?? ""] + headings
    where !part.isEmpty && seen.insert(Self.key(part)).inserted {
      parts.append(part)
    }
    while !parts.isEmpty {
      text = parts.joined(separator: Self.separator)
      tokenCount = counter.tokenCount(of: text)
      if tokenCount <= budget { return }
      if parts.count > 2 {
        parts.remove(at: 1)
      } else if parts.count == 2 {
        parts.removeFirst()
      } else {
        break
      }
    }
    if !parts.isEmpty { shorten(to: budget, counter: counter) }
  }

  /// Cuts the text so that it has at most `budget` tokens with the ellipsis; leaves none if it must.
  private mutating func shorten(to budget: Int, counter: any TokenCounter) {
    var length = budget
    let ranges = length > 0 ? counter.tokenRanges(in: text) : []
    let utf8 = text.utf8
    while length > 0 {
      if length <= ranges.count {
        let offset = max(0, min(ranges[length - 1].upperBound, utf8.count))
        let end = utf8.index(utf8.startIndex, offsetBy: offset)
        let candidate = String(text[..<end]) + "…"
        tokenCount = counter.tokenCount(of: candidate)
        if tokenCount <= budget {
          text = candidate
          return
        }
      }
      length /= 2
    }
    text = ""
    tokenCount = 0
  }

  /// White space runs become single spaces; a text over `byteCount` is cut and ends in `…`.
  static func singleLine(_ text: String, byteCount: Int) -> String {
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      if !line.isEmpty { line += " " }
      if line.utf8.count + word.utf8.count <= byteCount {
        line += word
        continue
      }
      // A boundary of scalars, not of characters: a character may be of any length.
      for scalar in word.unicodeScalars {
        guard line.utf8.count + UTF8.width(scalar) <= byteCount else { break }
        line.unicodeScalars.append(scalar)
      }
      return line + "…"
    }
    return line
  }

  private static func key(_ text: String) -> String { text.lowercased() }
}
