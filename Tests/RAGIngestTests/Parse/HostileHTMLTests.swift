import RAGCore
import RAGIngest
import Testing

/// A page made to hurt, and how much of it must survive.
struct HostilePage: Sendable, CustomTestStringConvertible {
  var name: String
  var html: @Sendable () -> String
  /// How often the word `word` must be in the text.
  var wordCount: Int
  var testDescription: String { name }
}

private func times(_ count: Int, _ text: String) -> String {
  String(repeating: text, count: count)
}

private let hostile: [HostilePage] = [
  HostilePage(
    name: "100,000 nested div",
    html: { times(100_000, "<div>") + "word" + times(100_000, "</div>") + "word" }, wordCount: 2),
  HostilePage(
    name: "100,000 nested inline elements with text",
    html: { times(100_000, "<b>word ") }, wordCount: 100_000),
  HostilePage(
    name: "a text of 10 MB", html: { "<p>" + times(2_000_000, "word ") }, wordCount: 2_000_000),
  HostilePage(
    name: "a text of 10 MB without a space",
    html: { "<p>word" + times(10_000_000, "x") + "</p>word" }, wordCount: 2),
  HostilePage(
    name: "a million different attributes of one element",
    html: { "<p " + (0..<1_000_000).map { "a\($0)=1" }.joined(separator: " ") + ">word" },
    wordCount: 1),
  HostilePage(
    name: "a million attributes of many elements",
    html: { times(100_000, "<i a b c d e=1 f='2' g h i j>word</i>") }, wordCount: 100_000),
  HostilePage(name: "an entity flood", html: { "word" + times(500_000, "&amp;") }, wordCount: 1),
  HostilePage(
    name: "a flood of bogus references", html: { "word" + times(300_000, "&bogus;&#x;&") },
    wordCount: 1),
  HostilePage(
    name: "digits without end", html: { "word &#" + times(1_000_000, "9") }, wordCount: 1),
  HostilePage(
    name: "unclosed everything", html: { times(20_000, "<p><b><table><tr><td>word<ul><li>") },
    wordCount: 20_000),
  HostilePage(
    name: "nested tables", html: { times(30_000, "<table><tr><td>word<td>") }, wordCount: 30_000),
  HostilePage(
    name: "nested asides", html: { "<main>" + times(100_000, "<aside>word ") }, wordCount: 100_000),
  HostilePage(name: "nested titles", html: { times(50_000, "<title>") + "<p>word" }, wordCount: 1),
  HostilePage(
    name: "a comment that never ends", html: { "word<!-- <p>word" + times(9, "<!-- word") },
    wordCount: 11),
  HostilePage(
    name: "comment starts without end", html: { "word" + times(200_000, "<!--") }, wordCount: 1),
  HostilePage(
    name: "a quotation that never ends", html: { "word<a href=\"x>word</a><p class='y>word" },
    wordCount: 3),
  HostilePage(
    name: "tags that never end", html: { "word " + times(100_000, "<a b=\">\" ") }, wordCount: 1),
  HostilePage(
    name: "tag starts without end", html: { "word " + times(200_000, "<a ") }, wordCount: 1),
  HostilePage(name: "less-than signs", html: { "word " + times(500_000, "< ") }, wordCount: 1),
  HostilePage(
    name: "an end tag that never ends", html: { "word</p word word" }, wordCount: 3),
  HostilePage(
    name: "a doctype that never ends its quotation",
    html: { "<!DOCTYPE html PUBLIC \"-//W3C><p>word" }, wordCount: 1),
  HostilePage(
    name: "stray NUL and control bytes", html: { "<p>word\0word\u{1}word\u{C}word</p\0>" },
    wordCount: 4),
  HostilePage(
    name: "noncharacters", html: { "<p>word\u{FFFE}\u{FFFF}\u{7F}word\u{10FFFF}</p>" }, wordCount: 2
  ),
  HostilePage(
    name: "a second byte-order mark", html: { "\u{FEFF}\u{FEFF}<p>word\u{FEFF}word" }, wordCount: 2),
  HostilePage(
    name: "an external entity",
    html: {
      "<!DOCTYPE html [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><p>word &x; word"
    }, wordCount: 2),
]

@Suite struct HostileHTMLTests {
  @Test(arguments: hostile)
  func `A hostile page keeps its text`(_ page: HostilePage) throws {
    let bytes = Array(page.html().utf8)
    let document = try DocumentParser(content: .full).parse(bytes, path: "x.html")
    checkDocument(document, source: bytes)
    var count = 0
    var offset = 0
    let word = Array("word".utf8)
    while offset + 4 <= document.text.count {
      if document.text[offset] == word[0], Array(document.text[offset..<offset + 4]) == word {
        count += 1
        offset += 3
      }
      offset += 1
    }
    #expect(count == page.wordCount)
  }

  @Test(arguments: hostile, [PageContent.auto, .main])
  func `A hostile page has a main content`(_ page: HostilePage, content: PageContent) throws {
    let bytes = Array(page.html().utf8)
    let document = try DocumentParser(content: content).parse(bytes, path: "x.html")
    checkDocument(document, source: bytes)
  }

  /// A page of the same again and again; a log has the text once.
  struct Repetition: Sendable, CustomTestStringConvertible {
    var before = ""
    var count: Int
    var text: String
    var after = ""
    var html: String { before + times(count, text) + after }
    var testDescription: String { "\(before)\(count) times \(text)\(after)" }
  }

  @Test(arguments: [
    Repetition(count: 50_000, text: "<blockquote>word, <a href=x>word</a> "),
    Repetition(count: 50_000, text: "<label>word "),
    Repetition(count: 50_000, text: "<article class='post comment'><h1>word</h1>word "),
    Repetition(before: "<title>word</title>", count: 50_000, text: "<h1>word"),
    Repetition(count: 50_000, text: "<div class=article-body>word word word word, word. "),
    Repetition(count: 100_000, text: "<p>word word word word word, word. </p><nav>word</nav>"),
    Repetition(before: "<p class='", count: 500_000, text: "aB-", after: "'>word"),
    Repetition(
      before: "<script type='application/ld+json'>", count: 500_000, text: "[{\"author\":",
      after: "</script>word"),
    Repetition(count: 100_000, text: "application/ld+json"),
    Repetition(count: 300_000, text: "<b ld+json"),
  ])
  func `A page made to slow down the search for its main content does not`(
    page: Repetition
  ) throws {
    _ = try parsePage(page.html, content: .main)
  }

  @Test func `What never ends is reported`() throws {
    #expect(try parsePage("a<!-- b <p>c").warnings.count == 1)
    #expect(try parsePage("<p>a<script>b").warnings.first?.contains("never ends") == true)
    #expect(try parsePage("<p>a</p><!-- b --><script>c</script>").warnings.isEmpty)
  }

  @Test func `Invalid UTF-8 in a page is repaired and reported`() throws {
    let bytes = Array("<meta charset=utf-8><p>数据库 a".utf8) + [0xC3, 0x28, 0xFF] + Array("b".utf8)
    let document = try DocumentParser().parse(bytes, path: "a.html", encoding: "utf-8")
    checkDocument(document, source: bytes)
    #expect(document.words == "数据库 a\u{FFFD}(\u{FFFD}b")
    #expect(document.warnings.count == 1)
  }

  @Test(arguments: ["<i>x</i>", "<i a=1>", "x<br>"])
  func `Too many nodes are refused by the limit's name`(_ piece: String) {
    var limits = Limits()
    limits.htmlNodeCount = 1000
    let error = #expect(throws: RAGError.self) {
      try DocumentParser(limits: limits).parse(Array(times(2000, piece).utf8), path: "a.html")
    }
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("htmlNodeCount") == true)
  }

  @Test func `Too many attributes of one element count as nodes`() {
    var limits = Limits()
    limits.htmlNodeCount = 1000
    let html = "<p " + (0..<2000).map { "a\($0)" }.joined(separator: " ") + ">x<p>y"
    expectError(.limitExceeded) {
      try DocumentParser(limits: limits).parse(Array(html.utf8), path: "a.html")
    }
  }

  @Test func `Stray end tags among deep elements end in an error, not in a hang`() {
    let html = "<span>" + times(100_000, "<div>") + times(2_000_000, "</span>")
    expectError(.limitExceeded) {
      try DocumentParser().parse(Array(html.utf8), path: "a.html")
    }
  }
}
