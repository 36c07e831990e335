import RAGCore
import RAGIngest
import Testing

@Suite struct ContentKindTests {
  @Test(arguments: [
    ("a.html", "", Document.MediaType.html), ("a.HTM", "text", .html), ("b/c.xhtml", "", .html),
    ("readme.md", "", .markdown), ("x.markdown", "", .markdown), ("a.txt", "<html>", .plainText),
    ("main.swift", "let x = 1", .plainText), ("data.json", "{}", .plainText),
    ("Makefile", "all:\n", .plainText), (".profile", "x=1", .plainText),
    ("page", "<!DOCTYPE html><p>x", .html), ("page", "  <!-- hi --> <HTML><body>", .html),
    ("empty", "", .plainText), ("log", "\u{1B}[31mred\u{1B}[0m", .plainText),
  ])
  func `Texts are recognized by extension, then by their start`(
    path: String, head: String, mediaType: Document.MediaType
  ) {
    #expect(ContentKind.recognize(path: path, head: Array(head.utf8)) == .text(mediaType))
  }

  @Test(arguments: [
    ("a.pdf", [UInt8]("%PDF-1.7".utf8), "--convert '.pdf=pdftotext {} -'"),
    ("report", [UInt8]("%PDF-1.7".utf8), "--convert '.pdf=pdftotext {} -'"),
    ("a.docx", [0x50, 0x4B, 3, 4], "--convert '.docx=pandoc -t plain {}'"),
    ("a.epub", [0x50, 0x4B, 3, 4], "--convert '.epub="),
    ("a.pptx", [], "--convert '.pptx="), ("a.xlsx", [], "--convert '.xlsx="),
    ("a.odt", [], "--convert '.odt="), ("a.rtf", [UInt8]("{\\rtf1".utf8), "--convert '.rtf="),
  ])
  func `Documents of other formats are skipped with the remedy`(
    path: String, head: [UInt8], remedy: String
  ) {
    guard case .skip(let reason) = ContentKind.recognize(path: path, head: head) else {
      Issue.record("not skipped")
      return
    }
    #expect(reason.contains(remedy))
  }

  @Test(arguments: [
    ("a.html", [UInt8]([0x1F, 0x8B, 8, 0]), "compressed"), ("a.zip", [0x50, 0x4B, 3, 4], "zip"),
    ("photo.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image"),
    ("photo.txt", [0xFF, 0xD8, 0xFF, 0xE0], "image"), ("a.bin", [1, 2, 3], "program"),
    ("tool", [0x7F, 0x45, 0x4C, 0x46, 2], "program"),
    ("x.txt", [0x61, 0, 0, 0x63, 0x64, 0x65], "binary"),
    ("x.html", [UInt8](repeating: 1, count: 100), "binary"), ("m.safetensors", [], "weights"),
    ("a.sqlite", [UInt8]("SQLite format 3".utf8) + [0], "database"),
  ])
  func `What is no text is skipped with a reason`(path: String, head: [UInt8], word: String) {
    guard case .skip(let reason) = ContentKind.recognize(path: path, head: head) else {
      Issue.record("not skipped")
      return
    }
    #expect(reason.contains(word))
  }

  @Test(arguments: [nil, Document.MediaType.html])
  func `A gzip file named as a page is refused and not unpacked`(
    _ mediaType: Document.MediaType?
  ) {
    let bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + [UInt8](repeating: 0x55, count: 99)
    let error = #expect(throws: RAGError.self) {
      try DocumentParser().parse(bytes, path: "bomb.html", mediaType: mediaType)
    }
    #expect(error?.code == .unsupported)
    #expect(error?.path == "bomb.html")
  }

  @Test func `A NUL byte beyond the head still makes a text binary`() {
    let bytes = [UInt8](repeating: 0x61, count: 20_000) + [0]
    expectError(.unsupported) {
      try DocumentParser().parse(bytes, path: "a.txt")
    }
  }

  @Test func `A source over the limit is refused by the limit's name`() {
    var limits = Limits()
    limits.documentByteCount = 10
    let error = #expect(throws: RAGError.self) {
      try DocumentParser(limits: limits).parse([UInt8](repeating: 0x61, count: 11), path: "a.txt")
    }
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("documentByteCount") == true)
  }

  @Test(arguments: Document.MediaType.allCases, ["", " \n\t \r\n", "\u{FEFF}"])
  func `An empty source is a document without blocks`(
    mediaType: Document.MediaType, text: String
  ) throws {
    let document = try DocumentParser().parse(Array(text.utf8), mediaType: mediaType)
    #expect(document.blocks.isEmpty)
    #expect(document.warnings.isEmpty)
    _ = document.span(of: 0..<document.text.count)
  }
}
