import RAGCore
import RAGIngest
import Testing

@Suite("Chunks under edits")
struct EditStabilityTests {
  private let chunker = Chunker(tokenCounter: WordCounter(), maximumTokenCount: 254)

  /// Paragraphs as lists of sentences, without any heading.
  private func document(_ paragraphs: [[String]]) -> Document {
    Draft(title: "A title", blocks: paragraphs.map { (.paragraph, $0.joined(separator: " ")) })
      .document
  }

  enum Shape: String, CaseIterable {
    case paragraphs, tinyParagraphs, longParagraphs, oneParagraph

    func paragraphs(_ prose: inout Prose) -> [[String]] {
      switch self {
      case .paragraphs: (0..<220).map { _ in prose.paragraph(sentences: 1 + prose.random.below(8)) }
      case .tinyParagraphs: (0..<900).map { _ in prose.paragraph(sentences: 1) }
      case .longParagraphs:
        (0..<42).map { _ in prose.paragraph(sentences: 10 + prose.random.below(30)) }
      case .oneParagraph: [prose.paragraph(sentences: 900)]
      }
    }
  }

  @Test(
    "a sentence inserted, replaced or removed re-embeds at most 3 of 100 chunks",
    arguments: Shape.allCases)
  func sentences(shape: Shape) throws {
    // Whether a boundary holds is decided by hashes: about 1 edit of 4,000 costs a fourth chunk.
    var exceptions = 0
    for seed in 0..<4 as Range<UInt64> {
      var prose = Prose(seed: seed)
      let paragraphs = shape.paragraphs(&prose)
      let before = try chunker.chunks(of: document(paragraphs))
      #expect(before.count >= 90, "seed \(seed): \(before.count) chunks")
      let known = Set(before.map(\.embeddingText))
      for step in 0..<60 {
        var edited = paragraphs
        let paragraph = prose.random.below(edited.count)
        let sentence = prose.random.below(edited[paragraph].count)
        let new = prose.sentence()
        switch step % 3 {
        case 0: edited[paragraph].insert(new, at: sentence)
        case 1: edited[paragraph][sentence] = new
        default: edited[paragraph].remove(at: sentence)
        }
        edited.removeAll(where: \.isEmpty)
        let fresh = try chunker.chunks(of: document(edited)).count {
          !known.contains($0.embeddingText)
        }
        #expect(fresh <= 5, "seed \(seed), step \(step)")
        exceptions += fresh > 3 ? 1 : 0
      }
    }
    #expect(exceptions <= 1, "of 240")
  }

  @Test("so does a word edited in prose without sentence marks, or in text without spaces")
  func withoutMarks() throws {
    for seed in 0..<3 as Range<UInt64> {
      var prose = Prose(seed: seed)
      let words = (0..<16_000).map { _ in prose.word() }
      let ideographs = (0..<16_000).map { _ in
        String(Unicode.Scalar(UInt16(0x4E00 + prose.random.below(3000))) ?? "一")
      }
      for (units, separator) in [(words, " "), (ideographs, "")] {
        let before = try chunker.chunks(of: document([[units.joined(separator: separator)]]))
        #expect(before.count >= 80, "seed \(seed): \(before.count)")
        let known = Set(before.map(\.embeddingText))
        for _ in 0..<8 {
          var edited = units
          edited.insert("neu", at: prose.random.below(units.count))
          let after = try chunker.chunks(of: document([[edited.joined(separator: separator)]]))
          #expect(after.count { !known.contains($0.embeddingText) } <= 4, "seed \(seed)")
        }
      }
    }
  }

  @Test("a section added or removed leaves all others as they are")
  func sections() throws {
    for seed in 0..<10 as Range<UInt64> {
      var prose = Prose(seed: seed)
      var draft = Draft(title: "A title")
      for _ in 0..<40 {
        draft.blocks.append((.heading(level: 2), prose.sentence()))
        for _ in 0..<(1 + prose.random.below(4)) {
          draft.blocks.append(
            (
              .paragraph,
              prose.paragraph(sentences: 4 + prose.random.below(8)).joined(separator: " ")
            ))
        }
      }
      let before = try chunker.chunks(of: draft.document)
      let known = Set(before.map(\.embeddingText))
      var edited = draft
      let place = edited.blocks.indices.filter { edited.blocks[$0].kind == .heading(level: 2) }
        .randomElement(using: &prose.random)
      edited.blocks.insert(
        contentsOf: [
          (.heading(level: 2), "New"),
          (.paragraph, prose.paragraph(sentences: 5).joined(separator: " ")),
        ],
        at: try #require(place))
      let fresh = try chunker.chunks(of: edited.document).filter {
        !known.contains($0.embeddingText)
      }
      #expect(fresh.count == 1 && fresh[0].headings == ["New"], "seed \(seed)")
    }
  }

  @Test("what is embedded does not depend on the position in the document")
  func position() throws {
    var prose = Prose(seed: 1)
    var draft = Draft(title: "A title")
    draft.blocks = [
      (.heading(level: 1), "One"),
      (.paragraph, prose.paragraph(sentences: 40).joined(separator: " ")),
    ]
    let alone = try chunker.chunks(of: draft.document)
    draft.blocks.insert(
      contentsOf: [
        (.heading(level: 1), "Zero"),
        (.paragraph, prose.paragraph(sentences: 25).joined(separator: " ")),
      ],
      at: 0)
    let after = try chunker.chunks(of: draft.document)
    #expect(after.suffix(alone.count).map(\.embeddingText) == alone.map(\.embeddingText))
  }
}
