/// The elements that the engine treats in a way of their own; all others are `other`.
enum HTMLTag: String, CaseIterable {
  /// A piece of text rather than an element.
  case text = "#text"
  /// An element of any other name, taken as inline.
  case other = "*"

  case a, abbr, address, article, aside, audio, b, base, blockquote, body, br, button, canvas
  case caption, center, cite, code, colgroup, datalist, dd, del, details, dfn, dialog, dir, div
  case dl, dt, em, fieldset, figcaption, figure, font, footer, form, frameset, h1, h2, h3, h4, h5
  case h6, head, header, hgroup, hr, html, i, iframe, img, input, ins, kbd, label, legend, li
  case link, listing, main, map, mark, math, menu, meta, nav, noembed, noframes, noscript, object
  case ol, optgroup, option, output, p, picture, plaintext, pre, progress, q, s, samp, script
  case search, section, select, small, source, span, strike, strong, style, sub, summary, sup, svg
  case table, tbody, td, template, textarea, tfoot, th, thead, time, title, tr, tt, u, ul, `var`
  case video, wbr, xmp

  static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

  /// 1 to 6 for `h1` to `h6`.
  var headingLevel: Int? {
    switch self {
    case .h1: 1
    case .h2: 2
    case .h3: 3
    case .h4: 4
    case .h5: 5
    case .h6: 6
    default: nil
    }
  }

  /// Whether the text before and after the element stands on lines of its own.
  var isBlock: Bool {
    switch self {
    case .address, .article, .aside, .blockquote, .body, .caption, .center, .dd, .details, .dialog,
      .dir, .div, .dl, .dt, .fieldset, .figcaption, .figure, .footer, .form, .frameset, .h1, .h2,
      .h3, .h4, .h5, .h6, .header, .hgroup, .hr, .html, .legend, .li, .listing, .main, .menu, .nav,
      .ol, .optgroup, .option, .p, .plaintext, .pre, .search, .section, .summary, .table, .tbody,
      .td, .tfoot, .th, .thead, .tr, .ul, .xmp:
      true
    default: false
    }
  }

  /// Whether the element stands apart from the words around it without breaking the line.
  var isSpaced: Bool {
    switch self {
    case .button, .img, .input, .select, .textarea, .svg, .iframe, .video, .audio, .canvas: true
    default: false
    }
  }

  var isList: Bool { self == .ul || self == .ol || self == .menu || self == .dir }

  /// Whether white space and line breaks in the element are kept as written.
  var isPreformatted: Bool {
    self == .pre || self == .listing || self == .xmp || self == .plaintext
  }

  /// Whether nothing inside the element is text of the page as a reader sees it: code, what
  /// stands in for a missing feature, form choices, drawings.
  var isDropped: Bool {
    switch self {
    case .script, .style, .template, .noscript, .noembed, .svg, .iframe, .object, .canvas, .audio,
      .video, .select, .datalist, .progress:
      true
    default: false
    }
  }
}

/// The attributes that are kept; all others are dropped while parsing.
enum HTMLAttributeName: String, CaseIterable {
  case ariaHidden = "aria-hidden"
  case `class`, content, datetime, hidden, href
  case httpEquiv = "http-equiv"
  case id, itemprop, lang, name, open, property, pubdate, rel, role, start, style, value
  case xmlLang = "xml:lang"

  static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
}
