import RAGCore

/// What a page says about itself: title, language, and the fields of its `<meta>` elements.
struct HTMLMetadata {
  private var title: String?
  private var openGraphTitle: String?
  private var language: String?
  private var openGraphType: String?
  private let linked: LinkedData
  private var fields: [String: String] = [:]
  /// How good the source of each field is; lower is better.
  private var ranks: [String: Int] = [:]

  /// By name of a `<meta>`: the field, and the rank among the sources of that field.
  private static let sources: [String: (field: String, rank: Int)] = [
    "author": ("author", 0), "article:author": ("author", 1), "dc.creator": ("author", 2),
    "dcterms.creator": ("author", 2), "citation_author": ("author", 3),
    "description": ("description", 0), "og:description": ("description", 1),
    "dc.description": ("description", 2), "dcterms.description": ("description", 2),
    "twitter:description": ("description", 3),
    "article:published_time": ("date", 0), "datepublished": ("date", 1), "date": ("date", 2),
    "dcterms.created": ("date", 3), "dc.date": ("date", 3), "dcterms.date": ("date", 3),
    "citation_publication_date": ("date", 4), "pubdate": ("date", 4),
    "article:modified_time": ("modified", 0), "datemodified": ("modified", 1),
    "og:updated_time": ("modified", 2), "dcterms.modified": ("modified", 2),
    "last-modified": ("modified", 3),
    "keywords": ("keywords", 0), "news_keywords": ("keywords", 1),
    "og:url": ("url", 1), "og:site_name": ("site", 0),
  ]

  /// Collects what the elements of a page declare.
  init(_ tree: HTMLTree) {
    linked = LinkedData(tree.source)
    var titleCount = 0
    var index = 0
    while index < tree.nodes.count {
      let node = tree.nodes[index]
      switch node.tag {
      case .html:
        let declared = tree.attribute(.lang, of: index) ?? tree.attribute(.xmlLang, of: index)
        if language == nil { language = declared.flatMap(LanguageTag.normalized) }
      case .title:
        // Each attempt may read the page; a real one has a title or two.
        if title == nil, titleCount < 4 { title = Self.words(of: index, in: tree) }
        titleCount += 1
      case .meta: noteMeta(index, in: tree)
      case .link:
        let relations = tree.attribute(.rel, of: index)?.lowercased() ?? ""
        if relations.split(separator: " ").contains("canonical"),
          let address = tree.attribute(.href, of: index)
        {
          note("url", address, rank: 0)
        }
      case .time:
        if tree.attribute(.itemprop, of: index)?.lowercased() == "datepublished",
          let date = tree.attribute(.datetime, of: index)
        {
          note("date", date, rank: 1)
        }
      case .svg, .template, .noscript, .script, .style:
        index = Int(node.end)
        continue
      default: break
      }
      index += 1
    }
    let values = [
      ("date", linked.published), ("modified", linked.modified), ("author", linked.author),
    ]
    for (field, value) in values { value.map { note(field, $0, rank: 3) } }
  }

  /// The titles that the page declares.
  var titles: PageTitle { PageTitle([title, openGraphTitle, linked.headline]) }

  /// Whether the page calls itself an article, or says when it was published.
  var isArticle: Bool {
    linked.isArticle || openGraphType?.hasSuffix("article") == true || ranks["date"] ?? .max <= 1
  }

  /// Fills a document's fields.
  func apply(to document: inout Document) {
    document.title = title ?? openGraphTitle ?? linked.headline ?? document.firstHeading
    document.language = language
    for (field, value) in fields {
      switch field {
      case "keywords":
        let words = value.split(separator: ",").map { String($0).trimmingSpaces() }
        document.metadata[field] = .list(words.filter { !$0.isEmpty }.map { .string($0) })
      case "date", "modified":
        document.metadata[field] = ISODate.normalized(value).map { .string($0) }
      default: document.metadata[field] = .string(value)
      }
    }
  }

  private mutating func noteMeta(_ index: Int, in tree: HTMLTree) {
    guard let content = tree.attribute(.content, of: index) else { return }
    let names = [HTMLAttributeName.name, .property, .itemprop, .httpEquiv]
    for attribute in names {
      guard let name = tree.attribute(attribute, of: index)?.lowercased() else { continue }
      if name == "og:title", openGraphTitle == nil {
        openGraphTitle = Self.collapsed(content)
      } else if name == "og:type", openGraphType == nil {
        openGraphType = content.lowercased()
      } else if name == "content-language" || name == "og:locale" {
        language = language ?? LanguageTag.normalized(content)
      } else if let source = Self.sources[name] {
        note(source.field, content, rank: source.rank)
      }
    }
  }

  /// Keeps the value of the best source, of equal ones the first.
  private mutating func note(_ field: String, _ value: String, rank: Int) {
    guard let value = Self.collapsed(value), rank < ranks[field] ?? .max else { return }
    // Networks put the address of a profile where the name belongs.
    if field == "author", value.hasPrefix("http") { return }
    fields[field] = value
    ranks[field] = rank
  }

  private static func collapsed(_ text: String) -> String? {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.isEmpty ? nil : words
  }

  /// The words of a title; one that is never closed ends at the first block.
  private static func words(of index: Int, in tree: HTMLTree) -> String? {
    var text = ""
    for inner in index + 1..<Int(tree.nodes[index].end) {
      let node = tree.nodes[inner]
      if node.tag.isBlock { break }
      guard node.tag == .text else { continue }
      text += CharacterReference.resolve(Array(tree.source[node.range]))
    }
    return collapsed(text)
  }
}
