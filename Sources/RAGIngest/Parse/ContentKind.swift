public import RAGCore

/// What a file is, as its name and first bytes tell: something to parse, or a reason to skip it.
public enum ContentKind: Sendable, Hashable {
  /// A text of this media type.
  case text(Document.MediaType)
  /// Not a text; the reason, in words for the user, says what to do about it.
  case skip(reason: String)

  /// How many bytes of a file's start ``recognize(path:head:)`` looks at.
  public static let headByteCount = 8 << 10

  /// Recognizes a file by its signature, then its extension, then the look of its first bytes.
  ///
  /// `head` holds the first ``headByteCount`` bytes, or all; more does no harm.
  /// - Complexity: O(1).
  public static func recognize(path: String?, head: [UInt8]) -> ContentKind {
    let head = head.prefix(headByteCount)
    let pathExtension = path.flatMap(Self.pathExtension)
    if let reason = FileSignature.skipReason(head: head, pathExtension: pathExtension) {
      return .skip(reason: reason)
    }
    let mediaType =
      pathExtension.flatMap { mediaTypes[$0] } ?? sniff(head, pathExtension: pathExtension)
    if let reason = binaryReason(head, mediaType: mediaType) { return .skip(reason: reason) }
    return .text(mediaType)
  }

  /// The extension in lower case, without the dot; nil for `name` and `.name`.
  private static func pathExtension(_ path: String) -> String? {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
    return name[name.index(after: dot)...].lowercased()
  }

  private static let mediaTypes: [String: Document.MediaType] = [
    "html": .html, "htm": .html, "xhtml": .html, "xht": .html, "shtml": .html,
    "md": .markdown, "markdown": .markdown, "mdown": .markdown, "mkd": .markdown,
    "mkdn": .markdown, "mdx": .markdown,
    "txt": .plainText, "text": .plainText,
  ]

  /// HTML when the bytes start as a page does, after white space and comments; else plain text.
  private static func sniff(
    _ head: ArraySlice<UInt8>, pathExtension: String?
  ) -> Document.MediaType {
    var rest = head
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    let text = String(decoding: rest.prefix(1024).filter { $0 != 0 }, as: UTF8.self)
    var page = text.drop(while: \.isWhitespace)
    while page.hasPrefix("<!--") || page.hasPrefix("<?xml") {
      guard let close = page.firstIndex(of: ">") else { break }
      page = page[page.index(after: close)...].drop(while: \.isWhitespace)
    }
    let start = page.prefix(15).lowercased()
    let marks = ["<!doctype html", "<html", "<head", "<body"]
    return marks.contains { start.hasPrefix($0) } ? .html : .plainText
  }

  /// Why the bytes are no text, or nil when they are.
  private static func binaryReason(
    _ head: ArraySlice<UInt8>, mediaType: Document.MediaType
  ) -> String? {
    let isWide = head.withUnsafeBufferPointer { bytes in
      bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        || bytes.starts(with: [0, 0, 0xFE, 0xFF]) || UTF16Guess.encoding(of: bytes) != nil
    }
    if isWide { return nil }
    var zeros = 0
    var controls = 0
    for byte in head {
      if byte == 0 { zeros += 1 }
      // Escape, backspace and form feed are met in terminal logs and old texts.
      if byte < 0x20, ![0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x1B].contains(byte) { controls += 1 }
    }
    // Pages with stray NUL bytes exist and browsers show them.
    if zeros > 0, mediaType != .html { return "binary (it contains NUL bytes)" }
    // One byte in ten of compressed data is such a control; a few in a short text are strays.
    return controls > 8 + head.count / 33 ? "binary (it is full of control characters)" : nil
  }
}
