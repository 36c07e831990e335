import Glibc

/// What a page says about itself in schema.org terms, in its scripts of type
/// `application/ld+json`.
///
/// Only the outermost objects count, and those of an outermost array or `@graph`: what is nested
/// deeper speaks of other things.
struct LinkedData {
  private(set) var isArticle = false
  private(set) var headline: String?
  /// Of the first object that has any.
  private(set) var authors: [String] = []
  private var hasAllAuthors = false
  private(set) var published: String?
  private(set) var modified: String?

  /// Finds and reads the scripts of a page.
  /// - Complexity: O(bytes of the page).
  init(_ page: [UInt8]) {
    page.withUnsafeBufferPointer { bytes in
      var offset = 0
      // A plus sign is rare in a page.
      while let mark = Self.find("+", in: bytes, from: offset) {
        offset = mark + 1
        guard Self.stands("ld+json", in: bytes, at: mark - 2) else { continue }
        guard let open = Self.find(">", in: bytes, from: mark) else { return }
        var end = Self.find("<", in: bytes, from: open) ?? bytes.count
        while end < bytes.count, !Self.stands("</", in: bytes, at: end) {
          end = Self.find("<", in: bytes, from: end + 1) ?? bytes.count
        }
        read(UnsafeBufferPointer(rebasing: bytes[open + 1..<end]))
        offset = end
      }
    }
  }

  private static func find(
    _ byte: Unicode.Scalar, in bytes: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress,
      let found = memchr(base + start, Int32(byte.value), bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  private static func stands(
    _ text: StaticString, in bytes: UnsafeBufferPointer<UInt8>, at start: Int
  ) -> Bool {
    start >= 0 && start + text.utf8CodeUnitCount <= bytes.count
      && (0..<text.utf8CodeUnitCount).allSatisfy { bytes[start + $0] == text.utf8Start[$0] }
  }

  private static func isOuter(_ path: ArraySlice<String>) -> Bool {
    path.allSatisfy { $0 == "@graph" }
  }

  private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) {
    var reader = JSONStringReader(bytes)
    while let found = reader.next() { note(found) }
  }

  private mutating func note(_ found: JSONStringReader.Found) {
    let isOuter = Self.isOuter(found.path[...])
    // Another key, of this object or the next.
    if isOuter, found.key != "author", !authors.isEmpty { hasAllAuthors = true }
    switch found.key {
    case "@type" where isOuter:
      if found.value.hasSuffix("Article") || found.value.hasSuffix("BlogPosting") {
        isArticle = true
      }
    case "headline" where isOuter: headline = headline ?? found.value
    case "datePublished" where isOuter: published = published ?? found.value
    case "dateModified" where isOuter: modified = modified ?? found.value
    case "author" where isOuter && !hasAllAuthors: authors.append(found.value)
    case "name"
    where found.path.last == "author" && Self.isOuter(found.path.dropLast()) && !hasAllAuthors:
      authors.append(found.value)
    default: break
    }
  }
}
