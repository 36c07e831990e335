/// The words of class names and ids that tell what an element is for.
enum ContentVocabulary {
  /// A word of up to 16 lower-case letters, packed; longer ones mean nothing.
  struct Word: Hashable {
    private var high: UInt64 = 0
    private var low: UInt64 = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ letter: UInt8) {
      count += 1
      high = high << 8 | low >> 56
      low = low << 8 | UInt64(letter)
    }

    init() {}

    init(_ text: Substring) {
      for letter in text.utf8 { append(letter) }
    }
  }

  /// What one word adds to the meaning of a name.
  struct Meaning: OptionSet {
    let rawValue: UInt32

    static let navigation = Meaning(rawValue: 1 << 0)
    static let promotion = Meaning(rawValue: 1 << 1)
    static let discussion = Meaning(rawValue: 1 << 2)
    static let overlay = Meaning(rawValue: 1 << 3)
    static let aside = Meaning(rawValue: 1 << 4)
    static let footer = Meaning(rawValue: 1 << 5)
    static let credit = Meaning(rawValue: 1 << 6)
    static let gallery = Meaning(rawValue: 1 << 7)
    /// `article`, `entry`: with a word of text the running text, alone the whole.
    static let article = Meaning(rawValue: 1 << 8)
    /// `body`, `content`.
    static let text = Meaning(rawValue: 1 << 9)
    /// `articlebody`, `hentry`: enough by itself.
    static let body = Meaning(rawValue: 1 << 10)
    static let note = Meaning(rawValue: 1 << 11)
    /// `has`, `no`, `with`: the name tells of another element.
    static let negation = Meaning(rawValue: 1 << 12)
    /// A word that a text may be about.
    static let plain = Meaning(rawValue: 1 << 13)
    /// `comments`, or with a word of discussion `list`: there are several.
    static let several = Meaning(rawValue: 1 << 14)

    /// What a name of words with these meanings says.
    var hint: ContentHint {
      guard !isEmpty, !contains(.negation) else { return [] }
      var hint = ContentHint(rawValue: UInt16(truncatingIfNeeded: rawValue & 0xFF))
      if contains(.note) { hint.insert(.note) }
      if isSuperset(of: [.discussion, .several]) { hint.insert(.thread) }
      guard hint.isEmpty else { return hint }
      if contains(.body) || isSuperset(of: [.article, .text]) { return .body }
      return contains(.article) ? .article : []
    }
  }

  static func meaning(of word: Word) -> Meaning {
    word.count <= 16 ? words[word] ?? [] : []
  }

  private static let words: [Word: Meaning] = {
    var words: [Word: Meaning] = [:]
    func add(_ meaning: Meaning, _ text: String) {
      for word in text.split(whereSeparator: \.isWhitespace) {
        words[Word(word), default: []].formUnion(meaning)
      }
    }
    add(
      .navigation,
      """
      nav navbar navigation subnav sitenav topnav mainnav sidenav navmenu menu submenu topmenu
      mainmenu breadcrumb breadcrumbs crumbs pager prev previous pagination paging paginate toolbar masthead
      skiplink skip skiplinks offcanvas sitemap topbar searchbox searchform ticker
      """)
    add(
      .promotion,
      """
      ad ads adv advert adverts advertisement advertising advertisment adsense adslot adunit adbox
      sponsor sponsored sponsors promo promos promoted promotion banner taboola outbrain zergnet
      related relatedposts recommended recommendation recommendations recommend recirc share
      sharing sharebar sharethis shares sharedaddy social socials sociallinks newsletter newsletters
      subscribe subscription subscriptions signup optin trending popular mostread mostpopular
      readmore readnext nextup upnext suggested suggestions teaser teasers likes addthis addtoany
      jetpack nextclick paywall donate donation affiliate affiliates shop follow whatsapp
      crosslinks morefrom bio authorbio authorbox authorinfo authorcard
      """)
    add(
      .discussion,
      """
      comment comments commentlist commentform disqus respond livefyre coral
      commenters trackback trackbacks pingback pingbacks
      kommentare commentaires comentarios commenti reacties
      """)
    add(
      .several,
      """
      comments commentlist trackbacks pingbacks list area section thread
      kommentare commentaires comentarios commenti reacties
      """)
    add(
      .overlay,
      """
      cookie cookies consent gdpr ccpa modal popup popover overlay lightbox login signin register
      registration dialog tooltip dropdown sr screenreader
      """)
    add(
      .aside,
      """
      sidebar sidebars sidebarright sidebarleft rail rightrail leftrail rightcol aside widget
      widgets infobar
      """)
    add(.footer, "footer colophon foot copyright disclaimer legal")
    add(
      .credit,
      """
      byline bylines author authors dateline timestamp pubdate published postmeta
      entrymeta meta metadata tags tag tagbox taglist keywords categories contributors
      tagcloud rating ratings credit credits photocredit photographer
      """)
    add(.gallery, "gallery carousel slideshow slider inlinegallery thumbnails thumbs slides")
    add(.article, "article entry post story news blog blogpost review")
    add(.text, "body content text copy fulltext maintext richtext prose wysiwyg")
    add(
      .body,
      """
      articlebody articletext articlecontent entrycontent postcontent postbody storybody
      storycontent articlecopy storytext bodytext bodycopy blogcontent newstext
      """)
    add(
      .note,
      "embed embedded note notes tip warning admonition callout tweet twitter blockquote pullquote")
    add(
      .negation,
      "has no with without not hide hidden is enabled disabled js type format elementor")
    add(
      .plain,
      """
      ad ads advertisement aside author authors banner bio breadcrumb breadcrumbs byline carousel
      categories comentarios comment commentaires commenti comments consent contributors cookie
      cookies copyright credit credits dialog disclaimer donation dropdown follow footer gallery
      keywords kommentare legal lightbox likes login menu meta metadata modal navigation overlay
      pager pagination paging photographer popover popup prev previous published rail rating ratings
      reacties recommendation recommendations recommended register registration related respond
      share shares sharing shop sidebar sidebars slider slides slideshow social sponsor sponsors
      submenu subscribe subscription subscriptions suggested suggestions tag tags thumbnails ticker
      timestamp toolbar tooltip trackback widget widgets
      """)
    return words
  }()
}
