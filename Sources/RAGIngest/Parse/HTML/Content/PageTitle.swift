import RAGCore

/// Compares headings with the titles that a page declares.
struct PageTitle {
  /// The titles and, of one that names the site too, its parts; letters and digits only.
  private let names: [[UInt8]]

  /// Headings and bytes of each that are looked at.
  private static let headingLimit = 128
  private static let byteLimit = 512
  private static let nodeLimit = 256

  init(_ titles: [String?]) {
    var names: [[UInt8]] = []
    for title in titles.compactMap({ $0 }) {
      names.append(Self.letters(title.utf8))
      let parts = title.split { "|\u{2013}\u{2014}-\u{BB}\u{B7}:".contains($0) }
      if parts.count > 1 { names += parts.map { Self.letters($0.utf8) } }
    }
    self.names = names.filter { $0.count > 2 }
  }

  /// The first heading that says the title, those of level 1 before others.
  func heading(in tree: HTMLTree) -> Int? {
    guard !names.isEmpty else { return nil }
    var found: Int?
    var count = 0
    for (index, node) in tree.nodes.enumerated() {
      guard let level = node.tag.headingLevel else { continue }
      count += 1
      if count > Self.headingLimit { break }
      guard level == 1 || found == nil, isTitle(index, in: tree) else { continue }
      if level == 1 { return index }
      found = index
    }
    return found
  }

  /// Whether an element's text says the title, or enough of it.
  func isTitle(_ index: Int, in tree: HTMLTree) -> Bool {
    var text: [UInt8] = []
    for inner in (index + 1..<max(index + 1, Int(tree.nodes[index].end))).prefix(Self.nodeLimit) {
      let node = tree.nodes[inner]
      guard node.tag == .text else { continue }
      text += tree.source[node.range].prefix(Self.byteLimit)
      if text.count > Self.byteLimit { return false }
    }
    let words = Self.letters(CharacterReference.resolve(text).utf8)
    guard words.count > 2 else { return false }
    return names.contains { name in
      name == words || (words.count > 12 && Self.isNear(words, name))
    }
  }

  /// Whether one text begins with the other and is not much longer.
  private static func isNear(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    let (short, long) = one.count < other.count ? (one, other) : (other, one)
    return short.count * 5 >= long.count * 3 && long.starts(with: short)
  }

  /// The letters and digits of a text, without its marks, which pages write now so, now so.
  private static func letters(_ text: some Sequence<UInt8>) -> [UInt8] {
    var letters: [UInt8] = []
    // Bytes left of a mark beyond ASCII.
    var skipCount = 0
    var isGeneral = false
    for byte in text {
      if isGeneral {
        isGeneral = false
        // U+2000 to U+207F: spaces, dashes, quotation marks, the ellipsis.
        if byte == 0x80 || byte == 0x81 {
          skipCount = 1
        } else {
          letters += [0xE2, byte]
        }
      } else if skipCount > 0 {
        skipCount -= 1
      } else {
        switch byte {
        case 0x41...0x5A: letters.append(byte | 0x20)
        case 0xC2: skipCount = 1
        case 0xE2: isGeneral = true
        case 0x61...0x7A, 0x30...0x39, 0x80...: letters.append(byte)
        default: break
        }
      }
    }
    return letters
  }
}
