import RAGCore

/// The fields between `---` lines at the start of a Markdown text, in simple YAML: `key: value`,
/// `key: [a, b]`, and lists of `- item` lines. Nested mappings are left out.
struct FrontMatter {
  /// Bytes up to the end of the closing line.
  let byteCount: Int
  private(set) var fields: Metadata = [:]

  private static let byteLimit = 64 << 10

  /// Reads the front matter of a text, if there is one.
  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: "---".utf8) else { return nil }
    var lines: [Substring] = []
    var end: Int?
    let head = Array(bytes.prefix(Self.byteLimit))
    var isFirst = true
    LineScanner.forEachLine(of: head) { range in
      guard end == nil else { return }
      let line = String(decoding: head[range], as: UTF8.self)
      let mark = line.trimmingSpaces()
      if isFirst {
        isFirst = false
        if mark != "---" { end = -1 }
      } else if mark == "---" || mark == "..." {
        end = range.upperBound
      } else {
        lines.append(line[...])
      }
    }
    // Between two rules there may be text just as well: fields are `key: value` from the start.
    let first = lines.first { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("#") }
    guard let end, end >= 0, first.map({ Self.entry($0) != nil }) ?? true else { return nil }
    byteCount = end
    read(lines)
  }

  /// Fills a document's fields: `title`, `lang` or `language`, and the rest as metadata.
  func apply(to document: inout Document) {
    for (key, value) in fields {
      switch (key, value) {
      case ("title", .string(let title)): document.title = title
      case ("lang", .string(let tag)), ("language", .string(let tag)):
        document.language = LanguageTag.normalized(tag)
      case ("date", .string(let date)):
        document.metadata[key] = ISODate.normalized(date).map { .string($0) }
      default: document.metadata[key] = value
      }
    }
  }

  private mutating func read(_ lines: [Substring]) {
    var key: String?
    var items: [MetadataValue] = []
    var folded: [String] = []
    func finish() {
      if let key, !items.isEmpty { fields[key] = .list(items) }
      if let key, !folded.isEmpty { fields[key] = .string(folded.joined(separator: " ")) }
      (key, items, folded) = (nil, [], [])
    }
    for line in lines {
      let text = String(line).trimmingSpaces()
      if text.isEmpty || text.hasPrefix("#") { continue }
      if let field = Self.entry(line) {
        finish()
        if field.value.isEmpty || [">", "|", ">-", "|-"].contains(field.value) {
          key = field.key
        } else {
          fields[field.key] = Self.value(field.value)
        }
      } else if key != nil, text.hasPrefix("- ") {
        items.append(Self.value(String(text.dropFirst(2)).trimmingSpaces()))
      } else if key != nil, Self.entry(text[...]) == nil {
        folded.append(text)
      }
    }
    finish()
  }

  /// The key and value of a line that is not indented.
  private static func entry(_ line: Substring) -> (key: String, value: String)? {
    guard let colon = line.firstIndex(of: ":") else { return nil }
    let key = line[..<colon]
    let isKey = key.first.map { $0.isLetter || $0 == "_" } ?? false
    let after = line[line.index(after: colon)...]
    guard isKey, key.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }),
      after.isEmpty || after.first?.isWhitespace == true
    else { return nil }
    return (key.lowercased(), withoutComment(String(after).trimmingSpaces()))
  }

  private static func withoutComment(_ value: String) -> String {
    guard let first = value.first, first != "\"", first != "'",
      let comment = value.firstRange(of: " #")
    else { return value }
    return String(value[..<comment.lowerBound]).trimmingSpaces()
  }

  private static func value(_ text: String) -> MetadataValue {
    if text.hasPrefix("["), text.hasSuffix("]"), text.count >= 2 {
      let items = text.dropFirst().dropLast().split(separator: ",")
      // A list within a list stays text.
      return .list(items.map { scalar(String($0).trimmingSpaces()) })
    }
    return scalar(text)
  }

  private static func scalar(_ text: String) -> MetadataValue {
    for quote in ["\"", "'"]
    where text.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
      return .string(String(text.dropFirst().dropLast()))
    }
    switch text {
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: break
    }
    // Leading zeros are part of a name, not of a number.
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let isNumber = digits.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
    if isNumber, digits.first != "0" || digits.count == 1 || digits.hasPrefix("0."),
      let number = Double(text)
    {
      return Int64(text).map { MetadataValue(wholeNumber: $0) } ?? .number(number)
    }
    return .string(text)
  }
}
