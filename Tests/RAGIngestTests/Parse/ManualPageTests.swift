import RAGCore
import RAGIngest
import Testing

/// Prose of a given subject, long enough to count.
private func prose(_ subject: String) -> String {
  "<p>What is to be known about \(subject) is said here, in a sentence or two, for all who have "
    + "never used it before. Read on where that is not enough.</p>"
}

private let links =
  "<ul>"
  + ["Start", "Install", "Upgrade", "Reference"].map { "<li><a href='\($0).html'>\($0)</a></li>" }
  .joined() + "</ul>"

/// A heading that links to itself, as a tool writes it.
private typealias Heading = @Sendable (_ level: Int, _ id: String, _ text: String) -> String

private let withHeaderLink: Heading = { level, id, text in
  "<h\(level) id='\(id)'>\(text)<a class='headerlink' href='#\(id)' title='Link'>¶</a></h\(level)>"
}

private let withHashLink: Heading = { level, id, text in
  "<h\(level) class='anchor' id='\(id)'>\(text)<a href='#\(id)' class='hash-link'>#</a></h\(level)>"
}

private let withLinkBehind: Heading = { level, id, text in
  "<div class='heading'><h\(level)>\(text)</h\(level)><a id='user-\(id)' href='#\(id)'></a></div>"
}

private let withoutLink: Heading = { level, id, text in
  "<h\(level) id='\(id)'>\(text)</h\(level)>"
}

/// What a manual says: parts with names that sites give to boilerplate.
private func manual(_ heading: Heading) -> String {
  let named = [
    "comment", "meta", "author", "tags", "banner", "related", "share", "ad", "widget", "pager",
    "footer", "login", "sidebar", "gallery", "cookies", "menu", "comment-list", "related-links",
  ].map { name in
    """
    <div class="\(name)">\(heading(3, "the-\(name)", "The \(name)"))\(prose(name))
    <pre><code>api.\(name)(list)</code></pre></div>
    """
  }
  return """
    \(heading(1, "manual", "Manual"))
    <aside class="sidebar"><p class="sidebar-title">Before you start</p>\(prose("the order of calls"))</aside>
    \(prose("the whole"))
    \(heading(2, "parts", "Parts"))\(named.joined(separator: prose("the next part")))
    <aside class="topic"><p>Remember</p>\(prose("what to remember"))</aside>
    <div class="admonition banner"><p>Warning</p>\(prose("what goes wrong"))</div>
    \(heading(2, "fields", "Fields"))
    <table class="tags"><tr><th>tag</th><th>meaning</th></tr><tr><td>new</td><td>not seen</td></tr>
    </table><dl class="field-list meta"><dt>author</dt><dd>who wrote it</dd></dl>
    \(heading(2, "see", "See also"))\(links)
    <section class="author">\(heading(2, "authors", "Authors"))\(prose("those who wrote it"))
    </section>
    """
}

private struct Tool: Sendable, CustomStringConvertible {
  var description: String
  var heading: Heading
  /// What stands before and after the content.
  var before: String
  var after: String
}

private let tools = [
  Tool(
    description: "Sphinx", heading: withHeaderLink,
    before: """
      <div class="related" role="navigation"><h3>Navigation</h3>\(links)</div><div class="document">
      <div class="documentwrapper"><div class="bodywrapper"><div class="body" role="main">
      """,
    after: """
      </div></div></div><div class="sphinxsidebar" role="navigation">\(links)</div></div>
      <div class="footer">Made by a tool.</div>
      """),
  Tool(
    description: "furo", heading: withHeaderLink,
    before: """
      <div class="page"><aside class="sidebar-drawer">\(links)</aside><div class="main">
      <div class="content"><article role="main" id="furo-main-content">
      """,
    after: "</article></div><aside class='toc-drawer'>\(links)</aside></div></div>"),
  Tool(
    description: "Read the Docs", heading: withHeaderLink,
    before: """
      <nav class="wy-nav-side">\(links)</nav><div class="rst-content"><div role="main"
      class="document" itemscope itemtype="http://schema.org/Article"><div itemprop="articleBody">
      """,
    after: "</div></div><footer>Made by a tool.</footer></div>"),
  Tool(
    description: "Docusaurus", heading: withHashLink,
    before: """
      <meta name="generator" content="Docusaurus v3.5"><nav class="navbar">\(links)</nav><main>
      <div class="container"><article><nav class="theme-doc-breadcrumbs">\(links)</nav>
      <div class="theme-doc-markdown markdown">
      """,
    after: """
      </div><footer class="theme-doc-footer">Edit this page</footer></article>
      <nav class="pagination-nav">\(links)</nav></div></main><footer>\(links)</footer>
      """),
  Tool(
    description: "MkDocs Material", heading: withHeaderLink,
    before: """
      <header class="md-header">\(links)</header><div class="md-container"><main class="md-main">
      <div class="md-sidebar">\(links)</div><div class="md-content">
      <article class="md-content__inner md-typeset">
      """,
    after: "</article></div></main><footer class='md-footer'>\(links)</footer></div>"),
  Tool(
    description: "a host of code", heading: withLinkBehind,
    before: """
      <nav>\(links)</nav><div class="Layout"><div class="Layout-sidebar">\(links)</div>
      <article class="markdown-body entry-content" itemprop="text">
      """,
    after: "</article></div><footer>\(links)</footer>"),
  Tool(
    description: "Javadoc", heading: withoutLink,
    before: """
      <meta name="generator" content="javadoc/ClassWriterImpl"><header role="banner"><nav
      role="navigation">\(links)</nav></header><div class="flex-content"><main role="main">
      <section class="class-description" id="class-description">
      """,
    after: "</section></main><footer role='contentinfo'>\(links)</footer></div>"),
  Tool(
    description: "Doxygen", heading: withoutLink,
    before: """
      <meta name="generator" content="Doxygen 1.9.8"><div id="top"><div id="main-nav">\(links)</div>
      </div><div id="doc-content"><div class="contents"><div class="textblock">
      """,
    after: "</div></div></div><div id='nav-path' class='navpath'>\(links)</div>"),
  Tool(
    description: "DocBook", heading: withoutLink,
    before: """
      <meta name="generator" content="DocBook XSL Stylesheets V1.79"><div class="navheader">\(links)
      </div><div class="article"><div class="sect1">
      """,
    after: "</div></div><div class='navfooter'>\(links)</div>"),
  Tool(
    description: "a tool that links to sections only", heading: withoutLink,
    before: """
      <main><article><ul><li><a href="#parts">Parts</a></li><li><a href="#fields">Fields</a></li>
      <li><a href="#see">See also</a></li></ul>
      """,
    after: "</article></main>"),
]

@Suite struct ManualPageTests {
  @Test(arguments: tools)
  fileprivate func `Nothing of a manual's text is lost, whatever its parts are called`(
    tool: Tool
  ) throws {
    let content = manual(tool.heading)
    let page = "<title>Manual - Tool</title>" + tool.before + content + tool.after
    let found = try parsePage(page)
    #expect(found.words.contains(try parsePage(content, content: .full).words))
  }

  @Test(arguments: tools.filter { !["Doxygen", "DocBook"].contains($0.description) })
  fileprivate func `What is around a manual's text is left out where it has an element of its own`(
    tool: Tool
  ) throws {
    let page =
      "<title>Manual</title>" + tool.before + manual(tool.heading) + tool.after
    let found = try parsePage(page)
    #expect(found.source.content == .main)
    #expect(!found.words.contains("Made by a tool") && !found.words.contains("Edit this page"))
  }

  @Test(arguments: [
    "<aside class='sidebar'><p class=sidebar-title>Order</p>\(prose("order"))</aside>",
    "<aside>\(prose("asides"))</aside>", "<div class='admonition banner'>\(prose("banners"))</div>",
    "<div class=comment>\(prose("comments"))<pre>comment(text)</pre></div>",
    "<table class=tags><tr><td>new<td>not seen before, or read</table>",
    "<dl class=meta><dt>author<dd>who wrote it</dl>\(prose("it"))",
    "<section class=related>\(prose("relations"))</section>",
    "<div class='widget'>\(prose("widgets"))</div>", "<div class=pager>\(prose("pagers"))</div>",
  ])
  func `What stands between the prose of an article that the page does not declare is kept`(
    part: String
  ) throws {
    let text = prose("lakes") + prose("rivers") + part + prose("hills") + prose("dales")
    let found = try parsePage("<nav>\(links)</nav><main><article>\(text)</article></main>")
    #expect(found.source.content == .main)
    #expect(found.words == (try parsePage(text, content: .full).words))
  }
}

@Suite struct NewsPageTests {
  private static let news = prose("lakes") + prose("rivers")
  private static let rest = prose("hills") + prose("dales")
  private static let stories =
    "<ul>" + (0..<4).map { "<li><a href='/\($0)'>A story of number \($0)</a></li>" }.joined()
    + "</ul>"

  /// The page with some part in the middle of the text and another below it.
  private func page(_ head: String, _ part: String, below: String) -> String {
    """
    <title>A story | The Daily</title>\(head)<nav>\(links)</nav><article><h1>A story</h1>
    \(Self.news)\(part)\(Self.rest)\(below)</article>
    """
  }

  private func words(_ html: String) throws -> String {
    try parsePage(html, content: .full).words
  }

  @Test(arguments: [
    "", "<meta property=og:type content=article>",
    "<script type=application/ld+json>{\"@type\": \"NewsArticle\"}</script>",
  ])
  func `Comments, related stories, sharing and newsletters go, in the text and below it`(
    head: String
  ) throws {
    let below = """
      <div class=author>\(prose("the author"))</div><div class=tags><a href=/t>Lakes</a></div>
      <div class=share>Share this</div><div class=related><h3>Related</h3>\(Self.stories)</div>
      <section class=comments><h3>Comments</h3><div class=comment>\(prose("comments"))</div>
      <div class=comment>\(prose("answers"))</div></section>
      """
    for part in [
      "<aside class=related><h3>Read more</h3>\(Self.stories)</aside>",
      "<div class='newsletter-signup'>\(prose("our letter"))</div>",
      "<div class=newsletter>\(prose("our letter"))</div>", "<div class=ad>Advertisement</div>",
      "<div class=subscribe>\(prose("us"))<form><input></form></div>",
      "<div class='related-stories'>\(prose("another story"))</div>",
      "<div class=share>Share this</div>",
    ] {
      let found = try parsePage(page(head, part, below: below))
      #expect(found.words == (try words(Self.news + Self.rest)), "\(part)")
    }
  }

  @Test func `An article that the page declares has no asides`() throws {
    let head = "<meta property=og:type content=article>"
    for part in ["<aside>\(prose("asides"))</aside>", "<div class=promo>\(prose("us"))</div>"] {
      let found = try parsePage(page(head, part, below: ""))
      #expect(found.words == (try words(Self.news + Self.rest)), "\(part)")
    }
  }

  @Test func `The comments below a post that links to its sections go`() throws {
    let section = { (id: String) in "<h2 id=\(id)>On \(id)</h2>\(prose(id))" }
    let text = section("depth") + section("width") + section("height")
    let contents =
      "<ul><li><a href=#depth>D</a><li><a href=#width>W</a><li><a href=#height>H</a></ul>"
    let found = try parsePage(
      "<meta property=og:type content=article><article>\(contents)\(text)"
        + "<section class=comments>\(prose("comments"))</section></article>")
    #expect(found.words == (try words(text)))
  }
}
