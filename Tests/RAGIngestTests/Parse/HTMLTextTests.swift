import RAGCore
import RAGIngest
import Testing

/// A page and what a reader sees of it.
struct PageCase: Sendable, CustomTestStringConvertible {
  var html: String
  var outline: [String]
  var testDescription: String { html }

  init(_ html: String, _ outline: String...) {
    self.html = html
    self.outline = outline
  }
}

private let structure: [PageCase] = [
  PageCase("<p>One\n  two\t three</p><p>Four</p>", "p: One two three", "p: Four"),
  PageCase("<h1>Top</h1>text<h3>Sub <em>title</em></h3>", "h1: Top", "p: text", "h3: Sub title"),
  PageCase("a <b>bold</b><i>er</i> word", "p: a bolder word"),
  PageCase("<p>one<br>two<br/>three", "p: one\ntwo\nthree"),
  PageCase("one<br><br>two", "p: one", "p: two"),
  PageCase("<p>open<p>next<div>more</div>last", "p: open", "p: next", "p: more", "p: last"),
  PageCase("<ul><li>a<li>b</ul>", "li: - a", "li: - b"),
  PageCase(
    "<ol start=3><li>a</li><li value=9>b</li><li>c</ol>", "li: 3. a", "li: 9. b", "li: 10. c"),
  PageCase("<ul><li>a<ul><li>in</ul></li><li>b</ul>", "li: - a", "li: - in", "li: - b"),
  PageCase("<ul><li><p>a</p><p>b</p></ul>", "li: - a", "p: b"),
  PageCase("<dl><dt>term<dd>meaning</dl>", "p: term", "p: meaning"),
  PageCase("<pre>\n  a\n    b &lt; c\n\n</pre>x", "code: a\n    b < c", "p: x"),
  PageCase("<pre><code>x = <b>1</b>  \ny</code></pre>", "code: x = 1  \ny"),
  PageCase("<pre><div>one</div><div>two</div></pre>", "code: one\ntwo"),
  PageCase("<pre>a<br>b</pre>", "code: a\nb"),
  PageCase("<p>x<script>if (a < b) { '<p>no' }</script>y", "p: xy"),
  PageCase("<style>p { color: red }</style><p>x<!-- no <p>no --> y", "p: x y"),
  PageCase("<p>a<svg><text>no</text></svg>b<template>no</template>", "p: a b"),
  PageCase("<p>a<noscript>no</noscript>b<select><option>no</select>c", "p: ab c"),
  PageCase("<p hidden>no</p><p style='display : none'>no</p><p>yes", "p: yes"),
  PageCase("<div style=\"VISIBILITY:hidden\">no</div><p hidden=until-found>yes", "p: yes"),
  PageCase("<body style='display:none'><p>yes</body>", "p: yes"),
  PageCase(
    "<p>x <span aria-hidden=true>no</span>y<div aria-hidden=true>yes</div>", "p: x y", "p: yes"),
  PageCase("<dialog>no</dialog><dialog open>yes</dialog>", "p: yes"),
  PageCase("<pre>x 10<sup>6</sup></pre>", "code: x 10^6"),
  PageCase("10<sup>6</sup> and 1<sup>st</sup>, x<sub>2</sub>", "p: 10^6 and 1st, x2"),
  PageCase("<p>&nbsp;</p><p>a&nbsp;b\u{A0}</p>", "p: a\u{A0}b"),
  PageCase("<p>soft&shy;hyphen\u{AD}ated", "p: softhyphenated"),
  PageCase("text <textarea>in box</textarea> <button>Go</button>on", "p: text in box Go on"),
  PageCase("<head><title>T</title><main>kept</main>", "p: kept"),
  PageCase("<title>Never closed<p>kept", "p: kept"),
  PageCase("a</>b<!>c<?>d", "p: abcd"),
  PageCase("a<![CDATA[no]]>b<!x>c</ no>d<?php no ?>e<!-->f<!--->g", "p: abcdefg"),
  PageCase("1 < 2 <3 a<b>c</b> <_x>", "p: 1 < 2 <3 ac <_x>"),
]

private let tables: [PageCase] = [
  PageCase(
    "<table><tr><th>A<th>B</tr><tr><td>1<td>2 <b>x</b></table>", "table: A | B\n1 | 2 x"),
  PageCase(
    "<table><caption>Cap</caption><tbody><tr><td>1</td><td></td><td>3</td></tr></table>",
    "p: Cap", "table: 1 | | 3"),
  PageCase(
    "<table><tr><td></td><td>x</td></tr><tr><td></td></tr><tr><td>y<td><p>z</p></table>",
    "table: | x\ny | z"),
  PageCase(
    "<table><tr><td>nav</td><td><h2>Head</h2><p>text</p></td></tr></table>", "p: nav", "h2: Head",
    "p: text"),
  PageCase("<table><tr><td>only</td></tr><tr><td>column</table>", "p: only", "p: column"),
  PageCase(
    "<table><tr><td>a<td><table><tr><td>b<td>c</table></table>", "p: a", "table: b | c"),
  PageCase("<table role=presentation><tr><td>a<td>b</table>", "p: a", "p: b"),
  PageCase("<table><tr><td>a<br>b<td>c</table>d", "table: a b | c", "p: d"),
]

@Suite struct HTMLTextTests {
  @Test(arguments: structure + tables)
  func `The text of a page is what a reader sees`(_ page: PageCase) throws {
    let document = try parsePage(page.html)
    #expect(document.outline.map { $0.replacing("|  |", with: "| |") } == page.outline)
  }

  @Test func `Blocks are parted by blank lines, items by line ends`() throws {
    let document = try parsePage("<h1>T</h1><p>a</p><ul><li>b<ul><li>c</ul><li>d</ul>e")
    #expect(document.words == "T\n\na\n\n- b\n  - c\n- d\n\ne")
  }

  /// References and what they stand for; without `;`, unknown, out of range, or in old code pages.
  @Test(arguments: [
    ("&amp;&lt;&gt;&quot;&apos;", "&<>\"'"), ("&#x4e2d;&#25991;&#X1F600;", "中文😀"),
    ("&eacute;&Eacute;&hellip;&rarr;&NotEqualTilde;", "éÉ…→≂̸"),
    ("&bogus; &; & &#; &#x;", "&bogus; &; & &#; &#x;"),
    ("&copy 2020 &notit; &ampx", "© 2020 ¬it; &x"), ("&#146;&#150;", "’–"),
    ("&#0;&#xD800;&#x110000;&#99999999999;", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
    ("a&#32;&#10;&#9;b", "a b"),
    ("&AMP;&LT", "&<"), ("&CounterClockwiseContourIntegral;", "∳"),
    ("&ThisNameIsFarTooLongToBeOneOfTheStandard;", "&ThisNameIsFarTooLongToBeOneOfTheStandard;"),
  ])
  func `Character references are resolved as browsers do`(html: String, text: String) throws {
    #expect(try parsePage("<p>\(html)</p>").words == text)
  }

  @Test func `A reference is one unit of the map`() throws {
    let document = try parsePage("<p>a&amp;b &#x4e2d;c</p>")
    #expect(document.words == "a&b 中c")
    #expect(document.span(of: 1..<2).utf8 == 4..<9)
    #expect(document.span(of: 4..<7).utf8 == 11..<19)
    #expect(document.span(of: 0..<document.text.count).utf8 == 3..<20)
  }

  @Test func `Spans reach from the first to the last character, markup between included`() throws {
    let html = "<p>one <b>two</b>\n three</p>"
    let document = try parsePage(html)
    #expect(document.words == "one two three")
    #expect(document.span(of: 4..<7).utf8 == 10..<13)
    #expect(document.span(of: 4..<13).utf8 == 10..<24)
    #expect(document.span(of: 4..<13).lines == 1...2)
  }

  @Test func `A page in a legacy encoding maps to its own bytes`() throws {
    let head = Array("<meta charset=gbk><p>".utf8)
    let bytes = head + encoded("数据&lt;库", as: "GBK")
    let document = try DocumentParser().parse(bytes, path: "a.html")
    checkDocument(document, source: bytes)
    #expect(document.words == "数据<库")
    #expect(document.span(of: 3..<6).utf8 == head.count + 2..<head.count + 4)
    #expect(document.span(of: 6..<7).utf8 == head.count + 4..<head.count + 8)
    #expect(document.span(of: 7..<10).utf8 == head.count + 8..<head.count + 10)
  }

  @Test func `Links are kept as written, with their words`() throws {
    let document = try parsePage(
      """
      <a href="a.html?x=1&amp;y=2&copy=3">first <b>one</b></a> <a name=x>anchor</a>
      <a href='#part'>part</a><a href="javascript:void(0)">no</a><a href="">no</a>
      <a href=" /img.html
      "><img src=x></a><a href=open.html>never closed
      """)
    #expect(
      document.links == [
        Document.Link(target: "a.html?x=1&y=2&copy=3", text: "first one"),
        Document.Link(target: "#part", text: "part"),
        Document.Link(target: "/img.html", text: ""),
        Document.Link(target: "open.html", text: "never closed"),
      ])
  }
}
