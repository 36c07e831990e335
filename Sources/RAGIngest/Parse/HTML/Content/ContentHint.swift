/// What an element's names (tag, class, id, role, schema.org property) say about its part in the
/// page.
struct ContentHint: OptionSet {
  let rawValue: UInt16

  /// Menus, breadcrumbs, pagers, the bars of a site.
  static let navigation = ContentHint(rawValue: 1 << 0)
  /// Advertisements, related links, sharing, newsletters.
  static let promotion = ContentHint(rawValue: 1 << 1)
  /// What readers wrote.
  static let discussion = ContentHint(rawValue: 1 << 2)
  /// What lies over the page: consent, registration.
  static let overlay = ContentHint(rawValue: 1 << 3)
  /// A column beside the content.
  static let aside = ContentHint(rawValue: 1 << 4)
  static let footer = ContentHint(rawValue: 1 << 5)
  /// A line about the text: its author, date, tags.
  static let credit = ContentHint(rawValue: 1 << 6)
  /// A gallery: captions without the text that they belong to.
  static let gallery = ContentHint(rawValue: 1 << 7)
  /// The running text of an article.
  static let body = ContentHint(rawValue: 1 << 8)
  /// An article as a whole.
  static let article = ContentHint(rawValue: 1 << 9)
  /// The element that holds a page's content.
  static let main = ContentHint(rawValue: 1 << 10)
  /// Said by the element's tag or role, not guessed from a class.
  static let semantic = ContentHint(rawValue: 1 << 11)
  /// A note that belongs to the text, or a quotation from another site.
  static let note = ContentHint(rawValue: 1 << 12)
  /// That it is boilerplate is said by more than one plain word, which may name a part of a text
  /// after what it is about.
  static let certain = ContentHint(rawValue: 1 << 13)
  /// The name of a whole list of what readers wrote.
  static let thread = ContentHint(rawValue: 1 << 14)

  static let boilerplate: ContentHint = [
    .navigation, .promotion, .discussion, .overlay, .aside, .footer, .credit, .gallery,
  ]
}

extension ContentHint {
  /// Reads the hints of an element.
  init(_ index: Int, in tree: HTMLTree) {
    let tag = tree.nodes[index].tag
    self = Self.byTag[tag] ?? []
    guard tree.hasAttributes(index) else { return }
    var names: ContentHint = []
    let classes = tree.attributeBytes(.class, of: index)
    if let classes { names.formUnion(Self.ofNames(classes)) }
    // Of headings and sections the id is made of the words of the heading.
    let isSection = tag.headingLevel != nil || tag == .section || tag == .dt || tag == .li
    if !isSection, classes?.starts(with: "section".utf8) != true,
      let value = tree.attributeBytes(.id, of: index)
    {
      names.formUnion(Self.ofNames(value))
    }
    if let value = tree.attributeBytes(.itemprop, of: index) {
      names.formUnion(Self.ofProperty(value))
    }
    if let value = tree.attributeBytes(.role, of: index) { formUnion(Self.ofRole(value)) }
    formUnion(names)
    if names.contains(.note) { subtract([.promotion, .semantic, .aside, .gallery]) }
  }

  private static let byTag: [HTMLTag: ContentHint] = [
    .nav: [.navigation, .semantic], .aside: [.aside, .semantic], .footer: [.footer, .semantic],
    .search: [.navigation, .semantic], .dialog: [.overlay, .semantic], .article: .article,
    .main: [.main, .semantic],
  ]

  private static func ofRole(_ value: ArraySlice<UInt8>) -> ContentHint {
    switch String(decoding: value, as: UTF8.self).lowercased() {
    case "navigation", "search", "menu", "menubar", "toolbar", "banner": [.navigation, .semantic]
    case "complementary": [.aside, .semantic]
    case "contentinfo": [.footer, .semantic]
    case "dialog", "alertdialog": [.overlay, .semantic]
    case "main": [.main, .semantic]
    case "article": .article
    default: []
    }
  }

  private static func ofProperty(_ value: ArraySlice<UInt8>) -> ContentHint {
    switch String(decoding: value, as: UTF8.self).lowercased() {
    case "articlebody", "reviewbody", "recipeinstructions": .body
    case "comment": [.discussion, .certain]
    case "author", "datepublished", "datemodified", "publisher", "keywords": [.credit, .certain]
    default: []
    }
  }

  /// Reads a class or id: names apart by white space, their words apart by hyphens, underscores or
  /// capitals.
  static func ofNames(_ value: ArraySlice<UInt8>) -> ContentHint {
    var hints: ContentHint = []
    var name = NameReader()
    for byte in value {
      if byte <= 0x20 {
        hints.formUnion(name.finish())
      } else {
        name.read(byte)
      }
    }
    return hints.union(name.finish())
  }
}

/// Collects the hints of one name, a byte at a time.
private struct NameReader {
  private var word = ContentVocabulary.Word()
  private var meanings: ContentVocabulary.Meaning = []
  private var wordCount = 0
  private var previousIsLower = false

  mutating func read(_ byte: UInt8) {
    switch byte {
    case 0x61...0x7A:
      word.append(byte)
      previousIsLower = true
    case 0x41...0x5A:
      if previousIsLower { finishWord() }
      word.append(byte | 0x20)
      previousIsLower = false
    default:
      finishWord()
      previousIsLower = false
    }
  }

  private mutating func finishWord() {
    if !word.isEmpty {
      meanings.formUnion(ContentVocabulary.meaning(of: word))
      wordCount += 1
    }
    word = ContentVocabulary.Word()
  }

  mutating func finish() -> ContentHint {
    finishWord()
    var hints = meanings.hint
    let isPlain = wordCount == 1 && meanings.contains(.plain)
    if !isPlain, !hints.isDisjoint(with: .boilerplate) { hints.insert(.certain) }
    meanings = []
    wordCount = 0
    previousIsLower = false
    return hints
  }
}
