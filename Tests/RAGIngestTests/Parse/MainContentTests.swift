import RAGCore
import RAGIngest
import Testing

/// Prose of a given subject, long enough to count.
private func prose(_ subject: String, _ count: Int = 1) -> String {
  (0..<count).map {
    "<p>The \($0 + 1)th thing to say about \(subject) is that it has, for all who look at it, a "
      + "form of its own and a place where it belongs.</p>"
  }.joined()
}

private let menu =
  "<ul>"
  + ["Home", "News", "Sport", "About"].map {
    "<li><a href='/\($0)'>\($0)</a></li>"
  }.joined() + "</ul>"

private func figure(_ number: Int) -> String {
  "<figure><img><figcaption>Lake \(number), seen from a boat.</figcaption></figure>"
}

private func words(_ html: String, content: PageContent = .main) throws -> String {
  try parsePage(html, content: content).words
}

@Suite struct MainContentTests {
  @Test(arguments: [
    "<nav>\(menu)</nav>", "<div class='site-nav'>\(menu)</div>",
    "<div id=cookieConsent>\(prose("cookies"))</div>",
    "<aside>\(prose("asides"))</aside>", "<footer>© 2026, all rights reserved.</footer>",
    "<section class='comments'>\(prose("comments", 9))</section>",
    "<div class='kommentare'>\(prose("comments", 9))</div>",
    "<div class=related-posts><h3>Related</h3>\(menu)</div>", menu,
    "<div role=navigation>\(menu)</div>", "<div class='newsletterSignup'><p>Sign up!</p></div>",
    "<div class='share-buttons'>Share on this, share on that</div>",
  ])
  func `What is around an article is left out`(other: String) throws {
    for html in [
      "<body>\(other)<article>\(prose("lakes", 5))</article></body>",
      "<body><div><div class=page>\(prose("lakes", 5))</div>\(other)</div></body>",
      "<body><article><div class=entry-content>\(prose("lakes", 5))</div>\(other)</article></body>",
      "<meta property=og:type content=article><article>\(prose("lakes", 5))\(other)</article>",
    ] {
      #expect(try words(html) == words(prose("lakes", 5), content: .full), "\(html)")
    }
  }

  @Test func `Headings, lists, tables, code and quotations are kept`() throws {
    let text = """
      <h2>Depth</h2>\(prose("depth"))<ul><li>one</li><li>two</li></ul><table><tr><th>Lake</th>
      <th>Depth</th></tr><tr><td>First</td><td>12</td></tr></table><pre>measure(lake)</pre>
      <blockquote>Deep is the water, said the fisher.</blockquote><h3>Width</h3>\(prose("width", 3))
      """
    let html = "<nav>\(menu)</nav><main><article>\(text)</article></main><footer>\(menu)</footer>"
    #expect(try parsePage(html, content: .main).outline == parsePage(text, content: .full).outline)
  }

  @Test func `The title is left out of an article, as it is known`() throws {
    let html = """
      <title>Lakes of the north | The Daily Lake</title><article><h1>Lakes of the North</h1>
      \(prose("lakes", 3))</article>
      """
    let document = try parsePage(html)
    #expect(document.title == "Lakes of the north | The Daily Lake")
    #expect(document.source.content == .main)
    #expect(document.words.hasPrefix("The 1th thing"))
    #expect(try parsePage(html, content: .full).words.hasPrefix("Lakes of the North"))
  }

  @Test func `The article of the title wins over a longer one`() throws {
    let html = """
      <title>Lakes</title><article class=post><h1>Lakes</h1>\(prose("lakes", 2))</article>
      <article class=post><h2>Hills</h2>\(prose("hills", 8))</article>
      """
    #expect(try words(html) == words(prose("lakes", 2), content: .full))
  }

  @Test func `The text of the article of the title wins over that of others`() throws {
    let text = { "<div class=article-body>\(prose($0, $1))</div>" }
    let html = """
      <title>Lakes</title><article><h1>Lakes</h1>\(text("lakes", 3))</article>
      <article><h1>Hills</h1>\(text("hills", 4))</article>
      """
    #expect(try words(html) == words(prose("lakes", 3), content: .full))
  }

  @Test func `An article in several parts is kept whole`() throws {
    let part = { "<div class=article-text>\(prose($0, 2))</div><div class=advert>Buy</div>" }
    let html = "<nav>\(menu)</nav><div>\(part("lakes"))\(part("hills"))</div>"
    #expect(try words(html) == words(prose("lakes", 2) + prose("hills", 2), content: .full))
  }

  @Test func `A heading goes with the list of links below it`() throws {
    let html = """
      <article><h1>Lakes</h1>\(prose("lakes", 3))<h3>Read on</h3>\(menu)<h3>Depth</h3>
      \(prose("depth"))</article>
      """
    let text = try words("<title>Lakes</title>" + html)
    #expect(!text.contains("Read on") && !text.contains("Sport") && text.contains("Depth"))
  }

  @Test func `Captions of a gallery and what stands behind the last paragraph are left out`() throws
  {
    let text: String = [prose("lakes", 3), figure(1), prose("hills", 2)].joined()
    let html = """
      <article><div>Lake 1 at dawn, with mist over the water.</div><div>Lake 2 at noon, with no
      cloud in the sky.</div><div>Lake 3 at dusk, and the sun going down.</div>\(text)
      <div>\(figure(4))\(figure(5))\(figure(6))</div><div>Ann writes on lakes, hills and all that
      lies between, and has done so for years.</div></article>
      """
    let found = try words("<meta property=og:type content=article>\(html)")
    #expect(try found == words(text, content: .full))
  }

  @Test func `A class that only tells of another element does no harm`() throws {
    for name in ["no-sidebar", "has-comments", "type-post format-standard", "not-an-ad"] {
      let html = "<div class='\(name)'>\(prose("lakes", 3))</div><nav>\(menu)</nav>"
      #expect(try words(html) == words(prose("lakes", 3), content: .full))
    }
  }

  @Test func `The ids of headings and sections are no hints`() throws {
    let html = """
      <article><h1>Lakes</h1>\(prose("lakes", 5))<h2 id=comments>Comments</h2>\(prose("them"))
      <section id=footer><h2>Footer</h2>\(prose("it"))</section></article>
      """
    let text = try words("<title>Lakes</title>" + html)
    #expect(text.contains("Comments") && text.contains("Footer") && text.contains("about it"))
  }
}

@Suite struct PageChoiceTests {
  @Test(arguments: [
    prose("lakes", 5), "<div class=menu>\(menu)</div><h1>Lakes</h1>\(prose("lakes", 5))",
    "<table><tr><td>\(menu)<td>\(prose("lakes"))<pre>code(of: lake)</pre></table>",
    "<div>\(menu)</div><dl><dt>lake<dd>\(prose("lakes"))<dt>hill<dd>\(prose("hills"))</dl>",
    "<title>x</title><p>Short.", "<nav>\(menu)</nav>", "",
    // A forum: what readers wrote is all there is.
    "<h1>Lakes?</h1>"
      + (0..<5).map { "<div class=comment>\(prose("lake \($0)", 2))</div>" }.joined(),
  ])
  func `A page without an article is taken whole`(html: String) throws {
    let document = try parsePage(html)
    #expect(document.source.content == .full)
    #expect(document.text == (try parsePage(html, content: .full).text))
  }

  @Test func `A manual with an element for its content keeps all of that`() throws {
    let text = """
      <h1>Lakes</h1><p><a href=a>Depth</a></p>\(menu)<div class=note>\(prose("notes"))</div>
      <div class="related tags">\(prose("relations"))</div><pre>code(of: lake)</pre>
      <h2>Next</h2><p><a href=b>Hills and how they came to be</a></p>
      """
    let html = "<title>Lakes</title><nav>\(menu)</nav><main>\(text)</main>"
    let document = try parsePage(html)
    #expect(document.source.content == .main)
    #expect(document.outline == (try parsePage(text, content: .full).outline))
  }

  @Test func `Prose beside the element for the content is not lost`() throws {
    let html = "<main>\(prose("lakes", 2))</main><div>\(prose("hills", 2))</div>"
    #expect(try parsePage(html).source.content == .full)
  }

  @Test func `A page that calls itself an article is one`() throws {
    let page = "<div>\(menu)</div><div>\(prose("lakes", 3))</div>"
    for head in [
      "<meta property=og:type content=article>",
      "<meta property='article:published_time' content=2026-01-01>",
      "<script type=application/ld+json>{\"@type\": \"NewsArticle\"}</script>",
      "<script type='application/ld+json'>{\"@graph\":[{\"@type\":[\"BlogPosting\"]}]}</script>",
    ] {
      let document = try parsePage(head + page)
      #expect(document.words == (try words(prose("lakes", 3), content: .full)), "\(head)")
    }
  }

  @Test func `Other sources are taken whole`() throws {
    let bytes = Array("<nav>x</nav>".utf8)
    for mediaType in [Document.MediaType.plainText, .markdown] {
      let document = try DocumentParser(content: .main).parse(bytes, mediaType: mediaType)
      #expect(document.source.content == .full)
      #expect(document.text == bytes)
    }
  }
}
