import RAGCore
import RAGIngest
import Testing

@Suite("Chunker properties")
struct ChunkerPropertyTests {
  /// Counters of different habits, with the limit that an encoder might have.
  enum Encoder: String, CaseIterable {
    case words, unknownWords, small

    var counter: any TokenCounter { self == .unknownWords ? UnknownWordCounter() : WordCounter() }
    var maximum: Int { self == .small ? 16 : 254 }
    var options: ChunkOptions {
      switch self {
      case .words: ChunkOptions()
      case .unknownWords: ChunkOptions(tokenCount: 250, overlapTokenCount: 60)
      case .small: ChunkOptions(tokenCount: 16, overlapTokenCount: 5)
      }
    }
  }

  /// Checks all that holds for any document.
  private func check(_ draft: Draft, _ encoder: Encoder, _ name: String) throws {
    let document = draft.document
    let chunker = Chunker(
      options: encoder.options, tokenCounter: encoder.counter, maximumTokenCount: encoder.maximum)
    let chunks = try chunker.chunks(of: document)
    var covered = [Bool](repeating: false, count: document.text.count)
    var last = -1..<0
    for (ordinal, chunk) in chunks.enumerated() {
      #expect(chunk.ordinal == ordinal, "\(name)")
      #expect(chunk.text == document.string(chunk.textRange), "\(name)")
      #expect(chunk.span == document.span(of: chunk.textRange), "\(name)")
      #expect(String(validating: document.text[chunk.textRange], as: UTF8.self) != nil, "\(name)")
      #expect(chunk.text.unicodeScalars.first?.properties.isWhitespace == false, "\(name)")
      #expect(chunk.text.unicodeScalars.last?.properties.isWhitespace == false, "\(name)")
      #expect(chunk.embeddingText.hasSuffix(chunk.text), "\(name)")
      #expect(chunk.tokenCount == encoder.counter.tokenCount(of: chunk.embeddingText), "\(name)")
      #expect(chunk.tokenCount <= encoder.maximum, "\(name)")
      #expect(
        chunk.textRange.lowerBound > last.lowerBound
          && chunk.textRange.upperBound > last.upperBound,
        "\(name)")
      last = chunk.textRange
      for offset in chunk.textRange { covered[offset] = true }
    }
    for block in document.blocks {
      for offset in block.range where !covered[offset] {
        let scalar = document.text[offset]
        // Uncovered is white space alone; of other scripts only U+3000 is in these texts.
        #expect([0x09, 0x0A, 0x0D, 0x20, 0xE3, 0x80].contains(scalar), "\(name) at \(offset)")
      }
    }
    #expect(try chunker.chunks(of: document) == chunks, "\(name)")
  }

  @Test("hold for random documents of every structure", arguments: Encoder.allCases)
  func random(encoder: Encoder) throws {
    for seed in 0..<60 as Range<UInt64> {
      var prose = Prose(seed: seed)
      var draft = Draft(title: seed % 3 == 0 ? nil : prose.sentence())
      for _ in 0..<prose.random.below(40) { draft.blocks.append(block(&prose)) }
      try check(draft, encoder, "seed \(seed)")
    }
  }

  private func block(_ prose: inout Prose) -> (Document.Block.Kind, String) {
    switch prose.random.below(9) {
    case 0, 1: (.heading(level: 1 + prose.random.below(6)), prose.sentence())
    case 2: (.listItem, prose.sentence())
    case 3:
      (
        .code,
        (0..<(1 + prose.random.below(60))).map { _ in "  " + prose.sentence() }
          .joined(separator: prose.random.below(2) == 0 ? "\n" : "\n\n")
      )
    case 4:
      (
        .table,
        (0..<(1 + prose.random.below(40))).map { _ in "a | b \(prose.word())" }.joined(
          separator: "\n")
      )
    case 5:
      (
        .paragraph,
        (0..<prose.random.below(600)).map { _ in "漢字。かな！\u{3000}x"[prose.random.below(9)] }.joined()
      )
    case 6:
      (
        .paragraph,
        (0..<prose.random.below(300)).map { _ in
          "👩‍👩‍👧🇩🇪é\u{301}\u{301}ｱ".unicodeScalarAt(prose.random.below(11))
        }.joined()
      )
    case 7: (.paragraph, String(repeating: "x", count: prose.random.below(9000)))
    default:
      (.paragraph, prose.paragraph(sentences: 1 + prose.random.below(20)).joined(separator: " "))
    }
  }

  @Test(
    "hold for texts without structure, and take linear time",
    arguments: [
      "a", "a ", "a. ", "。", "漢", "\u{301}", "👩‍", "🇩", "\u{200D}", " ", "\n", "a\n\n", "\0",
      "ab\u{A0}",
    ])
  func floods(unit: String) throws {
    let text = String(repeating: unit, count: (1 << 19) / unit.utf8.count)
    for kind in [Document.Block.Kind.paragraph, .code] {
      let document = Draft(blocks: [(kind, text)]).document
      let chunks = try Chunker(tokenCounter: WordCounter(), maximumTokenCount: 254).chunks(
        of: document)
      #expect(chunks.allSatisfy { $0.tokenCount <= 254 && $0.text.utf8.count <= 254 * 16 })
      let isBlank = unit.unicodeScalars.allSatisfy { $0.properties.isWhitespace }
      #expect(chunks.isEmpty == isBlank)
    }
  }

  @Test("a million tiny blocks and headings are chunked in one pass")
  func manyBlocks() throws {
    let chunker = Chunker(tokenCounter: WordCounter(), maximumTokenCount: 254)
    for kind in [Document.Block.Kind.paragraph, .heading(level: 3), .listItem] {
      let draft = Draft(title: "T", blocks: (0..<200_000).map { (kind, "w\($0 % 977)") })
      let chunks = try chunker.chunks(of: draft.document)
      #expect(chunks.count > 800 && chunks.count < 8000, "\(chunks.count)")
    }
  }
}

extension String {
  fileprivate subscript(offset: Int) -> String {
    String(self[index(startIndex, offsetBy: offset % count)])
  }

  fileprivate func unicodeScalarAt(_ offset: Int) -> String {
    let scalars = Array(unicodeScalars)
    return String(Character(scalars[offset % scalars.count]))
  }
}
