import RAGCore
import RAGIngest
import Testing

private let structure: [PageCase] = [
  PageCase("# Top #\ntext\nmore\n\n## Sub", "h1: Top", "p: text\nmore", "h2: Sub"),
  PageCase("####### seven\n#no\n#\n\n# \\#", "p: ####### seven\n#no", "h1: \\#"),
  PageCase("Title\n=====\nSub\n---\ntext", "h1: Title", "h2: Sub", "p: text"),
  PageCase("two\nlines\n===", "h1: two\nlines"),
  PageCase("a\n\n---\n\nb\n***\nc", "p: a", "p: b", "p: c"),
  PageCase("- a\n- b\n  more\n\n  para\n- c", "li: - a", "li: - b\n  more", "p: para", "li: - c"),
  PageCase("1. a\n   - in\n   - in2\n2. b", "li: 1. a", "li: - in", "li: - in2", "li: 2. b"),
  PageCase("text\n- item\n+ other", "p: text", "li: - item", "li: + other"),
  PageCase("In\n1984. A year", "p: In\n1984. A year"),
  PageCase("- [ ] task\n-\n\nx", "li: - [ ] task", "p: x"),
  PageCase("lazy\n    continued", "p: lazy\n    continued"),
  PageCase(
    "a\n\n    code\n      more\n\n    last\nb", "p: a", "code: code\n      more\n\n    last", "p: b"
  ),
  PageCase(
    "```swift\nlet x = 1\n\n# no heading\n```\nafter", "code: let x = 1\n\n# no heading", "p: after"
  ),
  PageCase("~~~\na\n```\n~~~~\nb", "code: a\n```", "p: b"),
  PageCase("```\nnever closed\n# x", "code: never closed\n# x"),
  PageCase("```\n```\nx", "p: x"),
  PageCase("- a\n  ```\n  code\n  ```\n- b", "li: - a", "code: code", "li: - b"),
  PageCase(
    "> quoted\n> more\nlazy\n\n> # Head\n> - it", "p: quoted\n> more\nlazy", "h1: Head", "li: - it"),
  PageCase(
    "| a | b |\n|---|:-:|\n| 1 | 2 |\n\nx", "table: | a | b |\n|---|:-:|\n| 1 | 2 |", "p: x"),
  PageCase("intro\na | b\n--|--\n1 | 2", "p: intro", "table: a | b\n--|--\n1 | 2"),
  PageCase("a | b\nno | rule", "p: a | b\nno | rule"),
  PageCase("<!-- a\n\n# no\n-->\ntext <!-- x -->", "p: text <!-- x -->"),
  PageCase("<div align=\"center\">\n\n# T\n\n</div>\n<b>bold</b>", "h1: T", "p: <b>bold</b>"),
  PageCase("[x]: http://a.b \"t\"\n[^1]: note", "p: [^1]: note"),
  PageCase("a\r\nb\r\n\r\n# c\r\n", "p: a\r\nb", "h1: c"),
  PageCase("\tcode", "code: code"),
]

@Suite struct MarkdownTests {
  @Test(arguments: structure)
  func `Blocks are found and the text is the source`(_ page: PageCase) throws {
    let bytes = Array(page.html.utf8)
    let document = try DocumentParser().parse(bytes, path: "a.md")
    checkDocument(document, source: bytes)
    #expect(document.text == bytes)
    #expect(document.outline == page.outline)
  }

  @Test func `Front matter becomes fields`() throws {
    let text = """
      ---
      title: "A: title"
      lang: de-CH
      date: 2024/1/2  # when
      draft: false
      weight: 12.5
      code: 007
      tags: [one, 'two']
      authors:
        - Ann
        - Bob
      summary: >
        folded
        lines
      nested:
        key: value
      ---
      # Heading
      """
    let bytes = Array(text.utf8)
    let document = try DocumentParser().parse(bytes, path: "a.md")
    checkDocument(document, source: bytes)
    #expect(document.title == "A: title")
    #expect(document.language == "de-ch")
    #expect(
      document.metadata == [
        "date": "2024-01-02", "draft": false, "weight": 12.5, "code": "007",
        "tags": ["one", "two"],
        "authors": ["Ann", "Bob"], "summary": "folded lines",
      ])
    #expect(document.outline == ["h1: Heading"])
  }

  @Test(arguments: ["---\ntext\n\n---\n", "---\na: b\n", "----\na: b\n---\n"])
  func `A rule at the start is no front matter`(_ text: String) throws {
    let document = try DocumentParser().parse(Array(text.utf8), path: "a.md")
    #expect(document.metadata.isEmpty)
    #expect(!document.blocks.isEmpty)
  }

  @Test func `Lists within lists of front matter stay text`() throws {
    let deep = String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000)
    let document = try DocumentParser().parse(
      Array("---\na: [x, [y]]\nb: \(deep)\n---\ntext".utf8), path: "a.md")
    #expect(document.metadata["a"] == .list(["x", "[y]"]))
    #expect(document.metadata["b"] == .list([.string(String(deep.dropFirst().dropLast()))]))
  }

  @Test func `The title is the first heading of level 1, without marks`() throws {
    let text = "## Sub\n\n# The `code` of [a *link*](x.md) \\# ![i](j.png)\n\n# Other"
    let document = try DocumentParser().parse(Array(text.utf8), path: "a.md")
    #expect(document.title == "The code of a link # i")
  }

  @Test func `Links of every form are found, those in code are not`() throws {
    let text = """
      [a *b*](x.md "t") [c](<y z.md>) [paren](a_(b)) ![image](i.png) [![badge](b.svg)](target)
      [ref][Label] [Label][] [label] [missing] <https://x.org/> <me@x.org> `[no](no)` \\[no](no)

          [no](no)

      [LABEL]: ref.html
      """
    let document = try DocumentParser().parse(Array(text.utf8), path: "a.md")
    let found = document.links.map { "\($0.text) -> \($0.target)" }
    #expect(
      found == [
        "a b -> x.md", "c -> y z.md", "paren -> a_(b)", "badge -> target", "ref -> ref.html",
        "Label -> ref.html", "label -> ref.html", "https://x.org/ -> https://x.org/",
        "me@x.org -> mailto:me@x.org",
      ])
  }

  @Test(arguments: [
    "[", "]", "[a](", "`", "```", "``` `", "> ", "- ", "* * ", "|a", "<", "<a", "![", "[[a](b)",
    "\\", "#", "1. ",
    "[a][", "&", "**", "    ", "a\n---\n", "|-", "- a\n ", "`a``", "--", "[x]: y\n", "<!--",
  ])
  func `Floods of markup take linear time`(_ piece: String) throws {
    let bytes = Array(String(repeating: piece, count: 400_000 / piece.utf8.count).utf8)
    let document = try DocumentParser().parse(bytes, path: "a.md")
    #expect(document.text == bytes)
    let lines = Array(String(repeating: piece + "\n", count: 400_000 / piece.utf8.count).utf8)
    #expect(try DocumentParser().parse(lines, path: "a.md").text == lines)
  }
}
