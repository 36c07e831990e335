import RAGCore
import RAGIngest
import Testing

private let chinese = "数据库使用预写日志，读者和写者可以同时工作。这是一个中文段落，用来检查编码。"
private let traditional = "資料庫使用預寫日誌,讀者和寫者可以同時工作。這是一個中文段落,用來檢查編碼。"
private let japanese = "データベースは先行書き込みログを使います。読み手と書き手が同時に動けます。"
private let korean = "데이터베이스는 로그를 먼저 기록합니다. 읽기와 쓰기가 동시에 가능합니다."
private let french = "Le café d'été coûte 3 €, c'est « très » cher à Besançon. Où êtes-vous ?"
private let russian = "База данных пишет журнал заранее, и читатели не ждут писателя."

/// What a text is stored in, and what that is called.
struct EncodedText: Sendable, CustomTestStringConvertible {
  var text: String
  var converter: String
  var name: String
  var testDescription: String { converter }

  var bytes: [UInt8] { encoded(text, as: converter) }
}

private let guessed = [
  EncodedText(text: chinese, converter: "GBK", name: "gb18030"),
  EncodedText(text: chinese, converter: "GB18030", name: "gb18030"),
  EncodedText(text: traditional, converter: "BIG5", name: "big5"),
  EncodedText(text: japanese, converter: "SHIFT_JIS", name: "shift_jis"),
  EncodedText(text: japanese, converter: "EUC-JP", name: "euc-jp"),
  EncodedText(text: korean, converter: "EUC-KR", name: "euc-kr"),
  EncodedText(text: french, converter: "CP1252", name: "windows-1252"),
]

private let declared =
  guessed + [
    EncodedText(text: chinese + "𠀀㐀", converter: "GB18030", name: "gb18030"),
    EncodedText(text: russian, converter: "CP1251", name: "windows-1251"),
    EncodedText(text: russian, converter: "KOI8-R", name: "koi8-r"),
    EncodedText(text: japanese, converter: "ISO-2022-JP", name: "iso-2022-jp"),
    EncodedText(text: "Zażółć gęślą jaźń", converter: "ISO-8859-2", name: "iso-8859-2"),
    EncodedText(text: "ｶﾀｶﾅ と漢字", converter: "EUC-JP", name: "euc-jp"),
  ]

@Suite struct EncodingTests {
  @Test(arguments: guessed)
  func `A legacy text without any declaration is recognized`(_ sample: EncodedText) throws {
    let bytes = sample.bytes
    try #require(!bytes.isEmpty)
    let document = try DocumentParser().parse(bytes, path: "notes.txt")
    #expect(document.source.encoding == sample.name)
    #expect(String(decoding: document.text, as: UTF8.self) == sample.text)
    #expect(document.warnings.isEmpty)
  }

  @Test(arguments: declared)
  func `A declared encoding is used, and every character knows its bytes`(
    _ sample: EncodedText
  ) throws {
    let bytes = sample.bytes
    try #require(!bytes.isEmpty)
    let document = try DocumentParser().parse(bytes, path: "a.txt", encoding: sample.converter)
    #expect(document.source.encoding == sample.name)
    #expect(String(decoding: document.text, as: UTF8.self) == sample.text)
    // Stateful encodings aside, a character's bytes are what encodes it alone.
    guard sample.name != "iso-2022-jp" else { return }
    var offset = 0
    for scalar in sample.text.unicodeScalars {
      let end = offset + scalar.utf8.count
      let span = document.span(of: offset..<end)
      #expect(Array(bytes[span.utf8]) == encoded(String(scalar), as: sample.converter))
      offset = end
    }
  }

  @Test(arguments: declared)
  func `Decoding again with the recorded name gives the same document`(
    _ sample: EncodedText
  ) throws {
    let first = try DocumentParser().parse(sample.bytes, path: "a.txt", encoding: sample.name)
    let again = try DocumentParser().parse(
      sample.bytes, path: "a.txt", encoding: first.source.encoding)
    #expect(first.text == again.text)
    #expect(first.decoded.map == again.decoded.map)
  }

  @Test(arguments: [false, true], [false, true])
  func `UTF-16 is read with and without its mark`(isBigEndian: Bool, hasMark: Bool) throws {
    let mark: [UInt8] = isBigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE]
    for text in ["Plain words in two-byte units.\nSecond line 😀", chinese, korean] {
      let bytes = (hasMark ? mark : []) + utf16(text, isBigEndian: isBigEndian)
      let document = try DocumentParser().parse(bytes, path: "a.txt")
      #expect(document.source.encoding == (isBigEndian ? "utf-16be" : "utf-16le"))
      #expect(String(decoding: document.text, as: UTF8.self) == text)
      let last = document.span(of: document.text.count - 1..<document.text.count)
      #expect(last.utf8.upperBound == bytes.count)
    }
  }

  @Test func `UTF-32 with its mark is read`() throws {
    let bytes: [UInt8] = [0, 0, 0xFE, 0xFF, 0, 0, 0, 0x41, 0, 1, 0xF6, 0]
    let document = try DocumentParser().parse(bytes, path: "a.txt")
    #expect(document.source.encoding == "utf-32be")
    #expect(String(decoding: document.text, as: UTF8.self) == "A😀")
    #expect(document.span(of: 1..<5).utf8 == 8..<12)
  }

  @Test func `A UTF-8 mark is no text, and offsets count it`() throws {
    let document = try DocumentParser().parse([0xEF, 0xBB, 0xBF] + Array("ab".utf8), path: "a.txt")
    #expect(document.text == Array("ab".utf8))
    #expect(document.span(of: 0..<1).utf8 == 3..<4)
  }

  @Test func `Two parsers of one text agree on ASCII whatever is declared`() throws {
    let bytes = Array("plain words".utf8)
    let document = try DocumentParser().parse(bytes, path: "a.txt", encoding: "gbk")
    #expect(document.source.encoding == "utf-8")
    #expect(document.map == .identity(byteCount: bytes.count))
  }

  // MARK: Declarations

  @Test(arguments: [
    "<meta charset=gbk>", "<META CHARSET='GB2312'>",
    "<!-- <meta charset=big5> --><meta charset=gbk>",
    "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\">",
    "<meta content='text/html;charset = \"gbk\"' http-equiv=content-type>",
    "<?xml version='1.0' encoding='gb18030'?>",
  ])
  func `A page's own declaration decides`(_ head: String) throws {
    // Read as Big5 or by guess, this short text would come out otherwise.
    let page = Array("\(head)<p>".utf8) + encoded("编码", as: "GBK") + Array("</p>".utf8)
    let document = try DocumentParser().parse(page, path: "a.html")
    #expect(document.source.encoding == "gb18030")
    #expect(String(decoding: document.text, as: UTF8.self) == "编码")
  }

  @Test func `A page that says GBK but is UTF-8 is read as UTF-8, and the document says so`() throws
  {
    let page = "<meta charset=gbk><p>\(chinese)</p>"
    let document = try DocumentParser().parse(Array(page.utf8), path: "a.html")
    #expect(document.source.encoding == "utf-8")
    #expect(String(decoding: document.text, as: UTF8.self) == chinese)
    #expect(document.warnings.count == 1)
  }

  @Test func `A page that says UTF-8 but is Latin-1 is read as Latin-1, and the document says so`()
    throws
  {
    let page = Array("<meta charset=utf-8><p>".utf8) + encoded(french, as: "CP1252")
    let document = try DocumentParser().parse(page, path: "a.html")
    #expect(document.source.encoding == "windows-1252")
    #expect(String(decoding: document.text, as: UTF8.self) == french)
    #expect(document.warnings.count == 1)
  }

  @Test func `A page that says UTF-16 in ASCII is no UTF-16`() throws {
    let page = Array("<meta charset=utf-16><p>é</p>".utf8)
    let document = try DocumentParser().parse(page, path: "a.html")
    #expect(document.source.encoding == "utf-8")
    #expect(String(decoding: document.text, as: UTF8.self) == "é")
  }

  @Test func `A UTF-16 page without a mark is read`() throws {
    let page = utf16("<html><body><p>words &amp; more</p></body></html>", isBigEndian: false)
    let document = try DocumentParser().parse(page, path: "a.html")
    #expect(String(decoding: document.text, as: UTF8.self) == "words & more")
    let ampersand = document.span(of: 6..<7)
    #expect(ampersand.utf8.count == 10)
  }

  @Test func `An unknown encoding is refused by name`() throws {
    let error = #expect(throws: RAGError.self) {
      try DocumentParser().parse([0x41], path: "a.txt", encoding: "klingon-8")
    }
    #expect(error?.code == .invalidInput)
    #expect(error?.description.contains("klingon-8") == true)
  }

  // MARK: Repair

  /// Ill-formed UTF-8 and the number of replacement characters that the Unicode standard's
  /// practice (and every browser) gives.
  static let repairs: [(bytes: [UInt8], count: Int)] = [
    ([0xFF], 1), ([0x80], 1), ([0xC3], 1), ([0xC0, 0xAF], 2), ([0xE0, 0x80, 0xAF], 3),
    ([0xED, 0xA0, 0x80], 3), ([0xE2, 0x82], 1), ([0xF0, 0x9F, 0x98], 1),
    ([0xF4, 0x90, 0x80, 0x80], 4),
    ([0xF0, 0x80, 0x80, 0x80], 4), ([0xE2, 0x28, 0xA1], 2), ([0xF8, 0x88, 0x80, 0x80, 0x80], 5),
  ]

  @Test(arguments: repairs.indices)
  func `Invalid UTF-8 becomes U+FFFD as in browsers, counted once`(_ index: Int) throws {
    let (invalid, count) = Self.repairs[index]
    let bytes = Array("before ".utf8) + invalid + Array(" after".utf8)
    let document = try DocumentParser().parse(bytes, path: "a.txt", encoding: "utf-8")
    #expect(
      String(decoding: document.text, as: UTF8.self) == String(decoding: bytes, as: UTF8.self))
    let marks = document.text.count - bytes.count + invalid.count
    #expect(marks == invalid.filter { $0 < 0x80 }.count + 3 * count)
    #expect(document.warnings.count == 1)
    #expect(document.warnings.first?.hasPrefix(count == 1 ? "1 place" : "\(count) places") == true)
    // The replacements together stand for exactly the invalid bytes.
    let end = document.text.count - 6
    #expect(document.span(of: 7..<end).utf8 == 7..<7 + invalid.count)
  }

  @Test func `A text that is nearly all UTF-8 stays UTF-8`() throws {
    let bytes = Array(chinese.utf8) + [0xFF] + Array(chinese.utf8)
    let document = try DocumentParser().parse(bytes, path: "a.txt")
    #expect(document.source.encoding == "utf-8")
    #expect(String(decoding: document.text, as: UTF8.self) == chinese + "\u{FFFD}" + chinese)
  }

  @Test(arguments: ["utf-8", "gbk", "utf-16le"])
  func `What is not in its encoding at all is refused`(_ name: String) {
    let bytes = [UInt8](repeating: name == "utf-16le" ? 0xDC : 0xFF, count: 100_000)
    expectError(.invalidInput) {
      try DocumentParser().parse(bytes, path: "a.txt", encoding: name)
    }
  }

  @Test func `Lone surrogates in UTF-16 are repaired`() throws {
    let bytes: [UInt8] = [0xFF, 0xFE, 0x41, 0x00, 0x00, 0xD8, 0x42, 0x00, 0x00, 0xDC, 0x43]
    let document = try DocumentParser().parse(bytes, path: "a.txt")
    #expect(String(decoding: document.text, as: UTF8.self) == "A\u{FFFD}B\u{FFFD}\u{FFFD}")
    #expect(document.warnings.count == 1)
  }

  @Test func `Random bytes in every encoding decode without loss of place`() throws {
    let names = [
      "utf-8", "utf-16le", "gbk", "big5", "sjis", "euc-jp", "euc-kr", "koi8-r", "iso-2022-jp",
    ]
    for seed in 0..<40 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let bytes = (0..<400).map { _ in UInt8.random(in: 1...255, using: &generator) }
      for name in names {
        let document: Document
        do {
          document = try DocumentParser().parse(
            bytes, mediaType: .plainText, encoding: name)
        } catch RAGError.Code.unsupported {
          continue  // NUL characters (UTF-16), or a signature by chance
        }
        #expect(String(validating: document.text, as: UTF8.self) != nil, "seed \(seed), \(name)")
        var covered = 0
        for run in document.decoded.map.runs {
          #expect(run.sourceStart >= covered, "seed \(seed), \(name)")
          covered = run.sourceEnd
        }
        #expect(covered <= bytes.count)
        if name != "iso-2022-jp" {
          let mapped = document.decoded.map.runs.reduce(0) { $0 + $1.count * $1.sourceUnit }
          let mark = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) ? 2 : 0
          #expect(mapped == bytes.count - mark, "seed \(seed), \(name)")
        }
      }
    }
  }

  @Test func `A long double-byte text is one run`() throws {
    let bytes = encoded(String(repeating: "数据库", count: 1000), as: "GBK")
    let document = try DocumentParser().parse(bytes, path: "a.txt")
    #expect(document.decoded.map.runs.count == 1)
    #expect(document.decoded.map.runs.first?.textUnit == 3)
    #expect(document.decoded.map.runs.first?.sourceUnit == 2)
  }
}
