import RAGCore
import RAGIngest
import Testing

private let text = "<p>" + String(repeating: "A lake is water with land around it. ", count: 20)

private func author(_ names: String...) -> MetadataValue {
  names.count == 1 ? .string(names[0]) : .list(names.map { .string($0) })
}

@Suite struct HTMLBylineTests {
  @Test(
    arguments: [
      (
        "<meta name=author content=Ann><meta name=author content=Ben><meta name=author content=Ann>",
        author("Ann", "Ben")
      ),
      (
        "<meta name=citation_author content='Author, Ann'><meta name=citation_author content=Ben>",
        author("Author, Ann", "Ben")
      ),
      // Sources are not mixed, nor are properties, which may be of another text.
      (
        "<meta name=dc.creator content=Ann><meta name=citation_author content='Author, Ann'>",
        author("Ann")
      ),
      ("<meta name=author content=Ann><p><meta itemprop=author content=Ben>", author("Ann")),
      (
        """
        <script type=application/ld+json>[{"author":["Ann",{"name":"Ben","worksFor":{"name":"X"}}],
        "name":"Y"},{"author":"Cleo"}]</script>
        """, author("Ann", "Ben")
      ),
    ])
  func `All authors of the best source are kept`(head: String, authors: MetadataValue) throws {
    #expect(try parsePage("\(head)<p>x").metadata["author"] == authors)
  }

  @Test(
    arguments: [
      ("<p class=byline>By <a rel=author href=/ann>Ann Author</a></p>", author("Ann Author")),
      (
        "<p><a rel='nofollow author' href=a>Ann van der Author</a> and <a rel=author href=b>Ben "
          + "O\u{2019}Hill</a> <a rel=author href=b>View Profile</a>",
        author("Ann van der Author", "Ben O\u{2019}Hill")
      ),
      ("<div itemprop='author creator'>by <b>Ann  Author</b></div>", author("Ann Author")),
      (
        "<div itemprop=author><a href=a itemprop=url><span itemprop=name>Ann Author</span></a>"
          + "<span itemprop=jobTitle>Editor</span></div><span itemprop=author>\u{674E}\u{660E}</span>",
        author("Ann Author", "\u{674E}\u{660E}")
      ),
    ])
  func `The authors that stand below the heading are read`(
    byline: String, authors: MetadataValue
  ) throws {
    #expect(try parsePage("<h1>Lakes</h1>\(byline)\(text)").metadata == ["author": authors])
    let declared = "<meta name=author content=Cleo>"
    let found = try parsePage("\(declared)<h1>Lakes</h1>\(byline)\(text)")
    #expect(found.metadata == ["author": "Cleo"])
  }

  private static let ann = "<a rel=author href=/ann>Ann Author</a>"

  @Test(arguments: [
    "<h1>Lakes</h1>\(text)\(ann)", "\(ann)<h1>Lakes</h1>\(text)", ann,
    "<h1>The Daily</h1><h2>Lakes</h2>\(ann)", "<h1>The Daily</h1><article>\(ann)",
    "<h1>Lakes</h1><aside>\(ann)</aside>", "<h1>Lakes</h1><div class=comment>\(ann)</div>",
    "<article><h1>Lakes</h1></article>\(ann)",
    "<h1>Lakes</h1>\(ann)\(text)<h1>Hills</h1><a rel=author href=/ben>Ben Hill</a>",
    "<h1>Lakes</h1><a rel=author href=a>Website</a>",
    "<h1>Lakes</h1><a rel=author href=a>About the author</a>",
    "<h1>Lakes</h1><a rel=author href=a>More \u{2192}</a>",
    "<h1>Lakes</h1><span itemprop=author>user 12</span>",
    "<h1>Lakes</h1><span itemprop=author>ann@x.org</span>",
    "<h1>Lakes</h1><a href=/ann>Ann Author</a>",
  ])
  func `What may not be the author is not read`(html: String) throws {
    #expect(try parsePage(html).metadata == [:])
  }

  @Test(arguments: [
    "<article><header><h1>Lakes</h1><time datetime=2024-03-05>5 March</time></header>\(text)",
    """
    <article><h1>Lakes</h1><time class=published datetime=2024-03-05>5 March</time>
    <time class='entry-date updated' datetime=2024-04-01>1 April</time></article>
    """,
    "<article><h1>Lakes</h1>Updated <time datetime=2024-04-01></time>, first published "
      + "<time datetime=2024-03-05></time></article>",
    "<h1>Lakes</h1><time pubdate datetime=2024-03-05>5 March</time>\(text)",
    "<article><h1>Lakes</h1><time datetime=PT5M></time><time datetime=2024-03-05></time></article>",
  ])
  func `The time of publication below the heading is read`(html: String) throws {
    #expect(try parsePage(html).metadata == ["date": "2024-03-05"])
  }

  @Test(arguments: [
    "<h1>Lakes</h1><time datetime=2024-03-05>5 March</time>\(text)",
    "<article><h1>Lakes</h1>\(text)<time datetime=2024-03-05>5 March</time></article>",
    "<article><time datetime=2024-03-05></time><h1>Lakes</h1>\(text)</article>",
    "<article><h1>Lakes</h1><time datetime=2024-02-30></time></article>",
    "<article><h1>Lakes</h1><time datetime=2024-03-05></time><time datetime=2024-03-07></time>",
    "<article><h1>Lakes</h1>Last updated: <time datetime=2024-03-05></time></article>",
    "<article><h1>A</h1><time datetime=2024-03-05></time></article>"
      + "<article><h1>B</h1><time datetime=2024-03-06></time></article>",
  ])
  func `A time that may be another one is not read`(html: String) throws {
    #expect(try parsePage(html).metadata == [:])
  }
}
