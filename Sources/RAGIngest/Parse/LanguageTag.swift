/// Brings language tags to one form.
enum LanguageTag {
  /// The BCP 47 tag in lower case (`en`, `zh-tw`), the first of several, or nil for what is none.
  static func normalized(_ value: String) -> String? {
    let first = value.split(separator: ",").first.map { String($0).trimmingSpaces() } ?? ""
    let tag = first.lowercased().replacing("_", with: "-")
    let isTag = tag.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
    }
    guard isTag, (2...35).contains(tag.utf8.count) else { return nil }
    return tag
  }
}
