import Foundation
import RAGCore
import RAGIngest
import Testing

/// Pages of pieces that are hard to parse, put together at random.
private enum NastyPage {
  static let pieces = [
    "<p>", "</p>", "<div class='a b'>", "</div>", "<b>", "</b>", "<i", "<br>", "<br/>", "<hr>",
    "<ul><li>", "</li>", "</ul>", "<ol start=2>", "</ol>", "<li value=x>", "<table>", "<tr>",
    "<td>",
    "<th colspan=2>", "</td>", "</tr>", "</table>", "<caption>", "<pre>\n", "</pre>", "<h1>",
    "</h1>",
    "<h3 id=\"x>y\">", "</h3>", "<a href=\"u?a=1&amp;b\">", "</a>", "<a href='", "'", "\"", "<!--",
    "-->",
    "<!-- c -->", "<!>", "</>", "<?", "?>", "<![CDATA[", "]]>", "<script>", "</script>",
    "<style>x{}</style>", "<title>", "</title>", "<head>", "</head>", "<body>", "</body></html>",
    "<html>",
    "<svg><text>", "</svg>", "<template>", "</template>", "<p hidden>", "<span aria-hidden=true>",
    "</span>",
    "<sup>", "</sup>", "<dialog open>", "<textarea>", "</textarea>", "<meta charset=utf-8>",
    "<x-y z>",
    "&amp;", "&lt", "&nbsp;", "&#x4e2d;", "&#146;", "&bogus;", "&", "&#0;", "&notin;", "&notit;",
    "&#32;",
    "<", ">", "<3", "< ", "a", "word ", " two words", "中文", "数据库 ", "é", "😀", "👩‍👩‍👧", "e\u{301}",
    "\u{A0}", "\u{AD}", "\u{FEFF}", "\u{FFFE}", "\u{7F}", "\u{0}", "\u{1}", "\r\n", "\n", "\t",
    "  ", "\r",
    "\u{2028}", "\u{85}", "1", "-1", ")", "||", "<!DOCTYPE html>", "<!doctype html SYSTEM 'x",
    "x=\u{B}y", "<P CLASS=", "</P ", "/>", "<br/ >",
  ]

  static func make(seed: UInt64) -> String {
    var generator = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...300, using: &generator)
    return (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }
      .joined()
  }

  /// The pieces among paragraphs of prose.
  static func makeArticle(seed: UInt64) -> String {
    var generator = SeededGenerator(seed: seed)
    var html = ""
    for number in 0..<Int.random(in: 2...20, using: &generator) {
      html += make(seed: seed &* 100 &+ UInt64(number)).prefix(200)
      html += "<div class='article-body'><p>Prose number \(number), long enough to be counted as "
      html += "such, which takes some sixty letters at least.</p>"
      if Bool.random(using: &generator) { html += "<ul class=related><li><a href=x>More</a></ul>" }
      if Bool.random(using: &generator) { html += "</div>" }
    }
    return html
  }
}

@Suite struct MapPropertyTests {
  @Test func `Every character of a nasty page maps back to its source`() throws {
    for seed in 0..<2000 as Range<UInt64> {
      let bytes = Array(NastyPage.make(seed: seed).utf8)
      for content in PageContent.allCases {
        let document = try DocumentParser(content: content).parse(bytes, mediaType: .html)
        checkDocument(document, source: bytes, seed: seed, "seed \(seed), \(content)")
      }
    }
  }

  @Test func `What is taken of a page is taken again by the recorded choice`() throws {
    for seed in 0..<500 as Range<UInt64> {
      let bytes = Array(NastyPage.makeArticle(seed: seed).utf8)
      let document = try DocumentParser().parse(bytes, mediaType: .html)
      checkDocument(document, source: bytes, seed: seed, "seed \(seed)")
      #expect(document.source.content != .auto)
      let again = try DocumentParser(content: document.source.content).parse(
        bytes, mediaType: .html)
      #expect(again.text == document.text, "seed \(seed)")
    }
  }

  @Test func `Every prefix of a nasty page parses`() throws {
    for seed in 0..<6 as Range<UInt64> {
      let bytes = Array(NastyPage.make(seed: seed).utf8)
      for end in 0...bytes.count {
        let prefix = Array(bytes[..<end])
        let document = try DocumentParser().parse(prefix, mediaType: .html, encoding: "utf-8")
        checkDocument(document, source: prefix, seed: seed, "seed \(seed), \(end) bytes")
      }
    }
  }

  @Test func `Nasty pages in other encodings map back too`() throws {
    for seed in 0..<300 as Range<UInt64> {
      let page = NastyPage.make(seed: seed)
      let wide = [0xFF, 0xFE] + utf16(page, isBigEndian: false)
      var document = try DocumentParser().parse(wide, mediaType: .html)
      checkDocument(document, source: wide, seed: seed, "seed \(seed), utf-16le")
      let narrow = encoded(page, as: "GB18030")
      document = try DocumentParser().parse(narrow, mediaType: .html, encoding: "gb18030")
      checkDocument(document, source: narrow, seed: seed, "seed \(seed), gb18030")
    }
  }

  @Test func `No word of a page with unclosed and misnested tags is lost`() throws {
    let tags = [
      "p", "div", "b", "i", "ul", "li", "table", "tr", "td", "h2", "pre", "span", "section",
      "article",
      "blockquote", "a", "form", "center", "font", "dl", "dt", "dd", "main", "nav", "em", "th",
      "tbody",
      "details", "summary", "figure", "label", "button", "body", "head", "html", "address", "q",
      "x-y",
    ]
    for seed in 0..<1000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var html = ""
      for number in 0..<Int.random(in: 1...120, using: &generator) {
        let tag = tags[Int.random(in: 0..<tags.count, using: &generator)]
        html += Bool.random(using: &generator) ? "<\(tag)>" : "</\(tag)>"
        if Bool.random(using: &generator) { html += " w\(number)x " }
      }
      let bytes = Array(html.utf8)
      let document = try DocumentParser(content: .full).parse(bytes, mediaType: .html)
      checkDocument(document, source: bytes, seed: seed, "seed \(seed)")
      let expected = html.split(whereSeparator: { " <>/".contains($0) }).filter {
        $0.hasPrefix("w") && $0.hasSuffix("x")
      }
      let found = document.words.split(whereSeparator: { $0.isWhitespace || $0 == "|" }).filter {
        $0.hasPrefix("w") && $0.hasSuffix("x")
      }
      #expect(found == expected, "seed \(seed)")
    }
  }

  @Test func `Random Markdown and text map back`() throws {
    let pieces =
      NastyPage.pieces + [
        "# ", "## ", "- ", "1. ", "  - ", "> ", "```", "~~~\n", "    ", "---\n", "===\n",
        "| a | b |\n",
        "|---|---|\n", "[x](y)", "[x]: y\n", "[x]", "![a](b", "\\", "`", "``", "**", "\n\n", "\n",
        "\n",
      ]
    for seed in 0..<2000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = (0..<Int.random(in: 1...150, using: &generator)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &generator)]
      }.joined().replacing("\0", with: "")
      let bytes = Array(text.utf8)
      for mediaType in [Document.MediaType.markdown, .plainText] {
        let document = try DocumentParser().parse(bytes, mediaType: mediaType, encoding: "utf-8")
        checkDocument(document, source: bytes, seed: seed, "seed \(seed), \(mediaType)")
        let skipped = text.hasPrefix("\u{FEFF}") ? 3 : 0
        #expect(document.text == Array(bytes[skipped...]), "seed \(seed)")
      }
    }
  }
}

/// Real pages, where they are at hand.
private enum RealPages {
  static let shared = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../shared/data/html").standardizedFileURL

  static let sqlite: URL = {
    let environment = ProcessInfo.processInfo.environment
    let cache =
      environment["XDG_CACHE_HOME"].map { URL(filePath: $0) }
      ?? URL(filePath: environment["HOME"] ?? "/").appending(path: ".cache")
    return cache.appending(path: "rag/corpora/sqlite3-doc")
  }()

  static func files(in directory: URL) -> [URL] {
    let all = FileManager.default.enumerator(
      at: directory.resolvingSymlinksInPath(), includingPropertiesForKeys: nil)
    return (all?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "html" }
      .sorted { $0.path < $1.path }
  }

  static func check(_ directory: URL) throws {
    let files = files(in: directory)
    #expect(!files.isEmpty)
    for file in files {
      let bytes = [UInt8](try Data(contentsOf: file))
      let document = try DocumentParser().parse(bytes, path: file.path)
      checkDocument(document, source: bytes, "\(file.lastPathComponent)")
      #expect(!document.blocks.isEmpty, "\(file.lastPathComponent)")
      let again = try DocumentParser().parse(
        bytes, path: file.path, encoding: document.source.encoding)
      #expect(again.text == document.text, "\(file.lastPathComponent)")
    }
  }
}

@Suite struct RealPageTests {
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: RealPages.shared.path),
      "the collection of news pages is not beside the repository"))
  func `Every character of real news pages maps back`() throws {
    try RealPages.check(RealPages.shared)
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: RealPages.sqlite.path),
      "sqlite3-doc is not in the cache; tools/demo fetches it"))
  func `Every character of the sqlite3-doc pages maps back`() throws {
    try RealPages.check(RealPages.sqlite)
  }
}
