import RAGCore
import RAGIngest
import Testing

@Suite struct HTMLMetadataTests {
  @Test func `Title, language and fields come from the head`() throws {
    let document = try parsePage(
      """
      <!DOCTYPE html><html lang="zh_TW"><head><title> A &amp; B
       page </title><meta name=author content="Ann Author"><meta name="Description"
      content="About  things"><meta name=keywords content="one, two ,,three">
      <meta property="article:published_time" content="2024-3-5T10:00:00Z">
      <meta property="og:description" content="Other"><link rel="canonical" href="https://x.org/a?b&amp;c">
      <svg><title>no</title></svg></head><body><h1>Heading</h1></body></html>
      """)
    #expect(document.title == "A & B page")
    #expect(document.language == "zh-tw")
    #expect(
      document.metadata == [
        "author": "Ann Author", "description": "About things", "keywords": ["one", "two", "three"],
        "date": "2024-03-05T10:00:00Z", "url": "https://x.org/a?b&c",
      ])
    #expect(document.words == "Heading")
  }

  @Test(arguments: [
    ("<meta property=og:title content='Graph'><h1>Head</h1>", "Graph"),
    ("<h2>Second</h2><h1>First <i>one</i></h1>", "First one"), ("<h2>Second</h2>", "Second"),
    ("<title></title><h1>Head</h1>", "Head"), ("<title>Open<p>text", "Open"),
  ])
  func `A page without a title takes the next best`(html: String, title: String) throws {
    #expect(try parsePage(html).title == title)
  }

  @Test(
    arguments: [
      ("2026-03-01", "2026-03-01"), ("2026/3/1", "2026-03-01"), ("20260301", "2026-03-01"),
      ("2026-03-01 12:30", "2026-03-01T12:30"),
      ("2026-03-01T00:00+02:00", "2026-03-01T00:00+02:00"),
      ("2024-02-29", "2024-02-29"), ("2000-02-29", "2000-02-29"), ("2026-12-31", "2026-12-31"),
      ("2024-02-30", nil), ("2023-02-29", nil), ("1900-02-29", nil), ("2026-04-31", nil),
      ("1 March 2026", nil), ("2026-13-01", nil), ("soon", nil), ("", nil),
    ] as [(String, String?)])
  func `Dates are kept in ISO 8601 or not at all`(value: String, date: String?) throws {
    let document = try parsePage("<meta name=date content='\(value)'><p>x")
    #expect(document.metadata["date"] == date.map { .string($0) })
  }

  @Test(arguments: ["en", "de-CH", "x", "<b>", "en us", ""])
  func `A language is a tag or nothing`(tag: String) throws {
    let language = try parsePage("<html lang='\(tag)'><p>x").language
    #expect(language == (["en", "de-CH"].contains(tag) ? tag.lowercased() : nil))
    let locale = try parsePage("<meta property=og:locale content='\(tag)'><p>x").language
    #expect(locale == language)
  }

  @Test func `Linked data fills what the head does not say`() throws {
    let document = try parsePage(
      """
      <script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"X",
      "image":{"name":"no","datePublished":"1999-01-01"}},{"@type":"NewsArticle","headline":
      "Say \\"A\\" \\u00e9\\ud83d\\ude00","author":[{"@type":"Person","name":"Ann Author"},{"name":
      "Second"}],"datePublished":"2024-03-05T10:00:00Z","dateModified":"2024-04-01"}]}</script><p>x
      """)
    #expect(document.title == "Say \"A\" é😀")
    #expect(
      document.metadata == [
        "author": ["Ann Author", "Second"], "date": "2024-03-05T10:00:00Z",
        "modified": "2024-04-01",
      ])
  }

  @Test func `A date that no calendar has hides no other`() throws {
    let document = try parsePage(
      """
      <meta property=article:published_time content=2024-02-31><meta name=date content=soon>
      <meta name=dc.date content=2024-03-01><p>x
      """)
    #expect(document.metadata["date"] == "2024-03-01")
  }

  @Test(arguments: [
    "{", "[[[[", "\"", "{\"a\":", "}}]]{\"headline\":\"T\"", "{\"headline\":\"\\u12\"",
    "{\"headline\":\"\\ud800\\u0041\"}", "",
  ])
  func `Broken linked data does no harm`(json: String) throws {
    #expect(try parsePage("<script type=application/ld+json>\(json)</script><p>x").words == "x")
    _ = try parsePage("<p>x<script type=application/ld+json>\(json)")
  }
}

@Suite struct PageAddressTests {
  @Test(
    arguments: [
      ("/rel/path", "https://x.org/rel/path"), ("?page=2", "https://x.org/a/b?page=2"),
      ("c/d?e#f", "https://x.org/a/c/d?e#f"), ("./c", "https://x.org/a/c"),
      ("../../../c/./d/..", "https://x.org/c/"), ("//y.org/c", "https://y.org/c"),
      ("/a//b:c", "https://x.org/a//b:c"), ("http://y.org/..", "http://y.org/.."),
      // None of these is an address of its own; what Open Graph says is.
      ("#top", "https://x.org/a/b"), ("", "https://x.org/a/b"), ("http:", "https://x.org/a/b"),
      ("y.org/c", "https://x.org/a/b"), ("javascript:void", "https://x.org/a/b"),
    ])
  func `A canonical address that is not whole is made so`(reference: String, url: String) throws {
    let canonical = "<link rel=canonical href='\(reference)'>"
    let graph = "<meta property=og:url content='https://x.org/a/b'>"
    #expect(try parsePage("\(canonical)\(graph)<p>x").metadata["url"] == .string(url))
    let base = "<base href='https://x.org/a/b'><meta property=og:url content='https://z.org/'>"
    let isOwn = url != "https://x.org/a/b"
    let found = try parsePage("\(base)\(canonical)<p>x").metadata["url"]
    #expect(found == .string(isOwn ? url : "https://z.org/"))
  }

  @Test(arguments: [
    "<link rel=canonical href=/a>", "<base href=/b/><link rel=canonical href=a>",
    "<meta property=og:url content=/a>", "<meta property=og:url content=/a><base href=b>",
  ])
  func `An address that cannot be made whole is left out`(head: String) throws {
    #expect(try parsePage("\(head)<p>x").metadata == [:])
  }
}

@Suite struct PageTitleTests {
  @Test(arguments: [
    "<title>Old lakes | The Daily</title><h1>Old  lakes</h1>",
    "<title>Old lakes - The Daily</title><meta property=og:title content='Old lakes'>",
    "<title>Old lakes \u{2014} The Daily</title><meta name=twitter:title content='Old lakes'>",
    "<title>Old lakes</title><h1>Lakes</h1>",
  ])
  func `A title goes without the name of its site`(head: String) throws {
    #expect(try parsePage("\(head)<p>x").title == "Old lakes")
  }

  @Test(arguments: [
    "<meta property=og:title content='Lakes'><title>Lakes | Nature | The Daily</title>",
    "<meta property=og:title content='Lakes'><title>Lakes-The Daily</title>",
    "<meta property=og:title content='Lakes'><title>Lakes: the North</title>",
    "<meta property=og:title content='Lakes'><title>Lakes |</title>",
    "<meta property=og:title content='Lakes'><title>Lakesides | The Daily</title>",
    "<meta property=og:title content='D'><meta property=og:site_name content=D><title>D | A</title>",
    // The name of a site, which comes before.
    "<title>The Daily | Lakes</title><h1><a href='/'>The Daily</a></h1><h2>Lakes</h2>",
    "<title>The Daily | Lakes</title><h1>The Daily</h1><h1>Lakes</h1>",
  ])
  func `A title that may be another one stays`(head: String) throws {
    let whole = try #require(head.split(separator: "<title>").last).prefix { $0 != "<" }
    #expect(try parsePage("\(head)<p>x").title == String(whole))
  }
}
