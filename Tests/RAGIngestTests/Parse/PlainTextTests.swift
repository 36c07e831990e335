import RAGCore
import RAGIngest
import Testing

@Suite struct PlainTextTests {
  @Test func `Blank lines part paragraphs, and the text is the source`() throws {
    let text = "\n  First line\nsecond line  \n \t\nThird\r\n\r\nFourth\rfifth\n\n\n"
    let bytes = Array(text.utf8)
    let document = try DocumentParser().parse(bytes, path: "a.txt")
    checkDocument(document, source: bytes)
    #expect(document.text == bytes)
    #expect(
      document.outline == ["p: First line\nsecond line", "p: Third", "p: Fourth\rfifth"])
  }

  @Test(arguments: [
    "a", "数据\n\n库", "👩‍👩‍👧 and\u{301} \u{202E}text\u{202C}\n\n\u{3000}全角\u{3000}", "\r\r\n\n\r",
  ])
  func `Offsets are those of the source`(_ text: String) throws {
    let bytes = Array(text.utf8)
    let document = try DocumentParser().parse(bytes, path: "a.txt")
    checkDocument(document, source: bytes)
    for block in document.blocks { #expect(document.span(of: block.range).utf8 == block.range) }
  }

  @Test func `Long texts without spaces or line ends parse in one piece`() throws {
    let bytes = Array(String(repeating: "字e\u{301}👨‍👩‍👧", count: 60_000).utf8)
    let document = try DocumentParser().parse(bytes, path: "a.txt")
    #expect(document.blocks.count == 1)
    #expect(document.text.count == bytes.count)
  }
}
