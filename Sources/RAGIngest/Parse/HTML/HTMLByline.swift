/// Who wrote a page, and when, as the lines below its heading say.
///
/// Read are links of the relation `author`, elements of the schema.org property `author`, and
/// `<time>`. These lines begin at a heading of level 1 and end with the next heading, article,
/// column or comment, or with the first words of the text: what stands elsewhere may be of a comment
/// or of another text. Of headings that say different things, none is believed.
struct HTMLByline {
  /// By heading, in the order of the page.
  private var names: [(heading: Int, name: String)] = []
  private var targets: Set<ArraySlice<UInt8>> = []
  private var days: Set<Substring> = []
  private var firstDate: String?

  private var heading = 0
  /// The node at which the lines end; none are open at the start.
  private var end = 0
  /// Where the heading ends, or a name that was read.
  private var readEnd = 0
  private var articleEnd = 0
  private var isInArticle = false
  private var byteCount = 0
  /// The text read last.
  private var label: Range<Int> = 0..<0

  /// Bytes of the heading and these lines; what is longer has begun with the text.
  private static let byteLimit = 300

  /// The authors, in the order of the page.
  var authors: [String] {
    let own = names.prefix { $0.heading == names[0].heading }.map(\.name)
    return Set(own).isSuperset(of: names.map(\.name)) ? own : []
  }

  /// When the page was published, where it says one day only.
  var date: String? { days.count == 1 ? firstDate : nil }

  /// Reads a node; nodes come in the order of the page.
  mutating func read(_ index: Int, in tree: HTMLTree) {
    let node = tree.nodes[index]
    switch node.tag {
    case .h1: begin(index, until: node.end, pageEnd: tree.nodes.count)
    case .article:
      articleEnd = max(articleEnd, Int(node.end))
      end = 0
    case .h2, .h3, .h4, .h5, .h6, .nav, .aside, .footer, .form: end = 0
    case .text where index < end:
      byteCount += tree.source[node.range].count { $0 > 0x20 }
      label = node.range
      if byteCount > Self.byteLimit { end = 0 }
    case _ where readEnd <= index && index < end: readElement(index, in: tree)
    default: break
    }
  }

  private mutating func begin(_ index: Int, until headingEnd: Int32, pageEnd: Int) {
    heading = index
    readEnd = Int(headingEnd)
    isInArticle = index < articleEnd
    end = isInArticle ? articleEnd : pageEnd
    byteCount = 0
  }

  private mutating func readElement(_ index: Int, in tree: HTMLTree) {
    guard tree.hasAttributes(index) else { return }
    if ContentHint(index, in: tree).contains(.discussion) {
      end = 0
      return
    }
    let node = tree.nodes[index]
    if node.tag == .time { readTime(index, in: tree) }
    let isProperty = isAuthor(.itemprop, of: index, in: tree)
    guard isProperty || (node.tag == .a && isAuthor(.rel, of: index, in: tree)) else { return }
    // A relation is given to links such as `Website`, too.
    guard let name = Self.name(nameText(index, in: tree), leastWordCount: isProperty ? 1 : 2) else {
      return
    }
    // Below a name there may be another link to its page, such as `View Profile`.
    if let target = tree.attributeBytes(.href, of: index), !targets.insert(target).inserted {
      return
    }
    names.append((heading, name))
    readEnd = Int(node.end)
  }

  private func isAuthor(_ name: HTMLAttributeName, of index: Int, in tree: HTMLTree) -> Bool {
    tree.attribute(name, of: index)?.lowercased().split(separator: " ").contains("author") ?? false
  }

  /// The text of an element, or of the name that it sets apart.
  private func nameText(_ index: Int, in tree: HTMLTree) -> String? {
    let inner = (index + 1..<Int(tree.nodes[index].end)).prefix(HTMLTree.shortNodeCount).first {
      tree.attribute(.itemprop, of: $0)?.lowercased() == "name"
    }
    guard let inner else { return tree.shortWords(of: index) }
    return tree.attribute(.content, of: inner) ?? tree.shortWords(of: inner)
  }

  /// A publication's time: one that says so, or in an article one that says nothing else.
  private mutating func readTime(_ index: Int, in tree: HTMLTree) {
    let isMarked = tree.attributeBytes(.pubdate, of: index) != nil
    let labels = [HTMLAttributeName.class, .itemprop].compactMap { tree.attribute($0, of: index) }
    let isOther = (labels + [String(decoding: tree.source[label], as: UTF8.self)]).contains {
      text in
      ["updated", "modified"].contains(where: text.lowercased().contains)
    }
    guard isMarked || (isInArticle && !isOther),
      let value = tree.attribute(.datetime, of: index), let date = ISODate.normalized(value)
    else { return }
    days.insert(date.prefix(10))
    firstDate = firstDate ?? date
  }

  /// Words in lower case that names have between others.
  private static let particles: Set<Substring> = [
    "al", "da", "de", "del", "den", "der", "di", "dos", "du", "la", "le", "van", "von", "y",
  ]

  /// A text as a name, if it reads as one: a few words that begin with no small letter.
  private static func name(_ text: String?, leastWordCount: Int) -> String? {
    var words = (text ?? "").split(whereSeparator: \.isWhitespace)
    if words.first?.lowercased() == "by" { words.removeFirst() }
    guard (leastWordCount...6).contains(words.count) else { return nil }
    for word in words {
      let isSpelled = word.allSatisfy { $0.isLetter || "-'\u{2019}.".contains($0) }
      guard isSpelled, let first = word.first, first.isLetter,
        !first.isLowercase || particles.contains(word)
      else { return nil }
    }
    return words.joined(separator: " ")
  }
}
