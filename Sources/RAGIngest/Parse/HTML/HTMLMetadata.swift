import RAGCore

/// What a page says about itself: title, language, and the fields of its `<meta>` elements.
struct HTMLMetadata {
  private var title: String?
  private var openGraphTitle: String?
  private var cardTitle: String?
  /// The first heading of level 1, if it is short and holds no link.
  private var mainHeading: String?
  private var mainHeadingCount = 0
  private var language: String?
  private var openGraphType: String?
  private let linked: LinkedData
  private var byline = HTMLByline()
  /// What the page gives as its own address, and as that of its references.
  private var canonicalAddress: String?
  private var openGraphAddress: String?
  private var baseAddress: String?
  /// The values of the best source of each field, at least one.
  private var fields: [String: [String]] = [:]
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
    "og:site_name": ("site", 0),
  ]

  /// Collects what the elements of a page declare.
  init(_ tree: HTMLTree) {
    linked = LinkedData(tree.source)
    var titleCount = 0
    var index = 0
    while index < tree.nodes.count {
      let node = tree.nodes[index]
      byline.read(index, in: tree)
      switch node.tag {
      case .html:
        let declared = tree.attribute(.lang, of: index) ?? tree.attribute(.xmlLang, of: index)
        if language == nil { language = declared.flatMap(LanguageTag.normalized) }
      case .title:
        // Each attempt may read the page; a real one has a title or two.
        if title == nil, titleCount < 4 { title = tree.words(of: index) }
        titleCount += 1
      case .h1: noteMainHeading(index, in: tree)
      case .base:
        baseAddress = baseAddress ?? tree.attribute(.href, of: index)?.collapsingSpaces()
      case .meta: noteMeta(index, in: tree)
      case .link:
        let relations = tree.attribute(.rel, of: index)?.lowercased() ?? ""
        if canonicalAddress == nil, relations.split(separator: " ").contains("canonical") {
          canonicalAddress = tree.attribute(.href, of: index)?.collapsingSpaces()
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
    for (field, value) in [("date", linked.published), ("modified", linked.modified)] {
      value.map { note(field, $0, rank: 3) }
    }
    for author in linked.authors { note("author", author, rank: 4) }
    for author in byline.authors { note("author", author, rank: 5) }
    byline.date.map { note("date", $0, rank: 5) }
  }

  /// The titles that the page declares.
  var titles: PageTitle { PageTitle([title, openGraphTitle, linked.headline]) }

  /// Whether the page calls itself an article, or says when it was published.
  var isArticle: Bool {
    linked.isArticle || openGraphType?.hasSuffix("article") == true || ranks["date"] ?? .max <= 1
  }

  /// Fills a document's fields.
  func apply(to document: inout Document) {
    document.title =
      title.map(withoutSite) ?? openGraphTitle ?? linked.headline ?? document.firstHeading
    document.language = language
    for (field, values) in fields {
      let value = values[0]
      switch field {
      case "keywords":
        let words = value.split(separator: ",").map { String($0).trimmingSpaces() }
        document.metadata[field] = .list(words.filter { !$0.isEmpty }.map { .string($0) })
      case "author":
        var known: Set<String> = []
        let authors = values.filter { known.insert($0).inserted }.map(MetadataValue.string)
        document.metadata[field] = authors.count == 1 ? authors[0] : .list(authors)
      default: document.metadata[field] = .string(value)
      }
    }
    document.metadata["url"] = address.map { .string($0) }
  }

  /// The page's address, if it is whole or can be made so.
  private var address: String? {
    let base = baseAddress.flatMap { WebAddress.resolved($0, against: openGraphAddress) }
    let own = [canonicalAddress, openGraphAddress].compactMap { $0 }
    return own.lazy.compactMap { WebAddress.resolved($0, against: base ?? openGraphAddress) }.first
  }

  /// Marks between a page's title and the name of its site.
  private static let siteMarks: Set<Substring> = ["|", "-", "–", "—", "·", "•", "»", "::"]

  /// A title without the name of the site behind it, where the page gives that title, too.
  private func withoutSite(_ title: String) -> String {
    let heading = mainHeadingCount == 1 ? mainHeading : nil
    let own = [openGraphTitle, cardTitle, heading].compactMap { $0 }.first { own in
      guard own != fields["site"]?.first, title.hasPrefix(own + " ") else { return false }
      let rest = title.dropFirst(own.count + 1).split(separator: " ")
      // Behind a second mark stands the site, before it a part of the site or of the title.
      return rest.count > 1 && Self.siteMarks.contains(rest[0])
        && Self.siteMarks.isDisjoint(with: rest.dropFirst())
    }
    return own ?? title
  }

  private mutating func noteMainHeading(_ index: Int, in tree: HTMLTree) {
    mainHeadingCount += 1
    let nodes = tree.nodes[index..<Int(tree.nodes[index].end)]
    guard mainHeadingCount == 1, !nodes.contains(where: { $0.tag == .a }) else { return }
    mainHeading = tree.shortWords(of: index)
  }

  private mutating func noteMeta(_ index: Int, in tree: HTMLTree) {
    guard let content = tree.attribute(.content, of: index) else { return }
    let names = [HTMLAttributeName.name, .property, .itemprop, .httpEquiv]
    for attribute in names {
      guard let name = tree.attribute(attribute, of: index)?.lowercased() else { continue }
      if name == "og:title", openGraphTitle == nil {
        openGraphTitle = content.collapsingSpaces()
      } else if name == "twitter:title", cardTitle == nil {
        cardTitle = content.collapsingSpaces()
      } else if name == "og:url", openGraphAddress == nil {
        openGraphAddress = content.collapsingSpaces()
      } else if name == "og:type", openGraphType == nil {
        openGraphType = content.lowercased()
      } else if name == "content-language" || name == "og:locale" {
        language = language ?? LanguageTag.normalized(content)
      } else if let source = Self.sources[name] {
        // A property stands in the page's text, too, and there it may be of another one.
        note(source.field, content, rank: source.rank, isFirstOnly: attribute == .itemprop)
      }
    }
  }

  /// Keeps the value of the best source, of equal ones the first, or all authors.
  private mutating func note(
    _ field: String, _ value: String, rank: Int, isFirstOnly: Bool = false
  ) {
    let best = ranks[field] ?? .max
    let isOneMore = rank == best && field == "author" && !isFirstOnly
    guard rank < best || isOneMore, var value = value.collapsingSpaces() else { return }
    if field == "date" || field == "modified" {
      // One that no calendar has hides no other.
      guard let date = ISODate.normalized(value) else { return }
      value = date
    }
    // Networks put the address of a profile where the name belongs.
    if field == "author", value.hasPrefix("http") { return }
    if !isOneMore { fields[field] = [] }
    fields[field, default: []].append(value)
    ranks[field] = rank
  }
}
