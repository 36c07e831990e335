import Testing

@testable import RAGLexical

@Suite("Analysis")
struct AnalysisTests {
  private let oracle: FTS5Oracle

  init() throws { oracle = try FTS5Oracle() }

  /// Every suffix that a rule of the stemmer names.
  private static let suffixes = [
    "s", "ss", "es", "sses", "ies", "ed", "eed", "ing", "ated", "bling", "ized", "y", "ational",
    "tional", "enci", "anci", "izer", "logi", "bli", "alli", "entli", "eli", "ousli", "ization",
    "ation", "ator", "alism", "iveness", "fulness", "ousness", "aliti", "iviti", "biliti", "icate",
    "ative", "alize", "iciti", "ical", "ful", "ness", "al", "ance", "ence", "er", "ic", "able",
    "ible", "ant", "ement", "ment", "ent", "sion", "tion", "ion", "ou", "ism", "ate", "iti", "ous",
    "ive", "ize", "e", "ll", "l", "ies", "lled", "ssing", "zzed",
  ]

  @Test("Stems are FTS5's, for all suffixes and pairs of them behind many stems")
  func suffixes() throws {
    var random = SplitMix64(seed: 1)
    var stems = ["", "a", "b", "y", "yy", "by", "ay", "sky", "tr", "oat", "hop", "fil", "fall"]
    stems += ["hiss", "fail", "box", "wow", "play", "size", "rel", "condit", "val", "vietnamiz"]
    for _ in 0..<60 {
      let length = Int.random(in: 1...7, using: &random)
      stems.append(
        String((0..<length).compactMap { _ in "abeioustyzlwx".randomElement(using: &random) }))
    }
    var words: [String] = []
    for stem in stems {
      for suffix in Self.suffixes {
        words.append(stem + suffix)
        for other in ["s", "ed", "ing", "ly", "ness", "er", "al"] {
          words.append(stem + suffix + other)
        }
      }
    }
    try compare(words)
  }

  @Test(
    "Words are FTS5's",
    arguments: [
      "", " ", "a", "A b C", "The Quick brown foxes' jumping over it", "don't re-use x_y z.w",
      "Crème brûlée naïve Ångström ĐẠI Việt Nguyễn", "e\u{301}te\u{301} \u{301}a o\u{308}ing",
      "ΣΊΣΥΦΟΣ Μάιος µm ſtraße STRASSE ẞ", "привет МИР Ёлка", "İstanbul ısı IJ ǅ Ǆ K Å",
      "3.14 2025-01-02 x86_64 ①② ½ Ⅷ", "研究する数据库索引", "データ123ベース", "한국어 검색 engines",
      "agreed hopping relational conditioning generalizations oscillators",
      "日本 , 中文。和English混ざるrunning", "\u{FEFF}bom \u{200B}zero \u{AD}soft", "a\u{0}b",
    ])
  func words(_ text: String) throws { try compare([text]) }

  @Test("The oracle answers")
  func oracleAnswers() throws {
    #expect(
      try oracle.terms(of: ["Running foxes", "", "café"]) == [["run", "fox"], [], ["cafe"]])
  }

  @Test("Long words are stemmed as long as FTS5 does", arguments: 60...68)
  func longWords(_ length: Int) throws {
    try compare([String(repeating: "ab", count: length / 2) + (length % 2 == 0 ? "" : "c") + "ing"])
  }

  @Test("Random text of letters, marks and punctuation is cut as FTS5 does", arguments: 0..<20)
  func randomText(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let alphabet = Array(
      "aeioustnrlymgdbEIOSTN0159 .,-'_éüÇñøßæþłżệǖαΩσςжЯдאبкาक中文字かなカ한글ー々。！①\u{301}\u{308}"
        .unicodeScalars)
    let texts = (0..<300).map { _ in
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...40, using: &random) {
        text.append(alphabet.randomElement(using: &random) ?? " ")
      }
      return String(text)
    }
    try compare(texts)
  }

  /// Of the characters known to both sides, these are told apart: combining marks and symbols that
  /// are younger than SQLite's tables count as letters there, and letters of scripts younger than
  /// them keep their case there (Cherokee, Georgian capitals, Osage, Adlam and so on).
  @Test("Characters before U+0530 and in the blocks of other living scripts are folded as in FTS5")
  func characters() throws {
    let ranges: [ClosedRange<UInt32>] = [
      0x80...0x36F, 0x384...0x527, 0x5D0...0x5EA, 0x620...0x64A, 0x904...0x939, 0xE01...0xE30,
      0x1E00...0x1EFF, 0x2010...0x2064, 0x2100...0x214F, 0x2460...0x249B, 0x3000...0x30FF,
      0x4E00...0x4F00, 0xAC00...0xAD00, 0xFF01...0xFF9F,
    ]
    let texts = ranges.joined().compactMap { Unicode.Scalar($0) }.map { "x\($0)y \($0)" }
    try compare(texts)
  }

  @Test("A word of CJK characters becomes pairs and the last character; a long word is cut")
  func pieces() {
    #expect(terms("数据库") == ["数据", "据库", "库"])
    #expect(terms("中") == ["中"])
    #expect(terms("用Swift写代码") == ["用", "swift", "写代", "代码", "码"])
    #expect(terms("支持Databases索引") == ["支持", "持", "databas", "索引", "引"])
    #expect(terms(String(repeating: "z", count: 300)) == [String(repeating: "z", count: 255)])
  }

  static let names: [(text: String, parts: [String])] = [
    ("searchWithSnippet()", ["search", "with", "snippet"]),
    ("HTTPServerPool, URLs and IDs", ["http", "server", "pool"]),
    ("JSONDecoder UTF8Span XMLs", ["json", "decod", "utf8", "span"]),
    ("TypeScript on GitHub, PostgreSQL, SQLite", []),
    ("eBay, iPhone; iOSDevice", ["os", "devic"]),
    ("使用C++语言和parseText函数", ["c++", "pars", "text"]),
    ("parseHTML utf8Texts", ["pars", "html", "utf8", "text"]),
    ("call sqlite3_prepare_v2(db)", ["sqlite3_prepare_v2"]),
    ("MAX_OPEN_Files", ["max_open_files"]),
    ("C++17 and C#, not F#4 or i+++b", ["c++", "c#"]),
    ("__init__ a__b x_ _y café_bar foo_日本", []),
    ("fooBar—bazQux", ["foo", "bar", "baz", "qux"]),
    ("Word WORD word xY", []),
  ]

  @Test("Names of programs are terms as a whole and in their parts", arguments: names)
  func programs(_ text: String, _ parts: [String]) {
    #expect(terms(text, ofNames: true) == parts)
    #expect(
      Set(LexicalQuery(text).terms.map { String(decoding: $0.bytes, as: UTF8.self) })
        .isSuperset(of: parts.filter { $0 != "with" }))
  }

  /// Compares terms with FTS5's, which gets words apart where CJK characters begin and end, and of
  /// these whole runs.
  private func compare(_ texts: [String]) throws {
    let expected = try oracle.terms(of: texts.map(spaced)).map { $0.flatMap(pairs) }
    for (text, expected) in zip(texts, expected) {
      #expect(terms(text) == expected, "\(text.debugDescription)")
    }
  }

  private func spaced(_ text: String) -> String {
    var spaced = String.UnicodeScalarView()
    var isCJK = false
    for scalar in text.unicodeScalars {
      if scalar.properties.generalCategory != .nonspacingMark {
        if CJK.contains(scalar.value) != isCJK { spaced.append(" ") }
        isCJK = CJK.contains(scalar.value)
      }
      spaced.append(scalar)
    }
    return String(spaced)
  }

  private func pairs(_ word: String) -> [String] {
    let scalars = Array(word.unicodeScalars)
    guard let first = scalars.first, CJK.contains(first.value) else { return [word] }
    return scalars.indices.map { index in
      scalars[index..<min(index + 2, scalars.count)].map { String($0) }.joined()
    }
  }
}
