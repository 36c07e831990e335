import RAGCore
import RAGIngest
import Testing

@Suite("Chunker")
struct ChunkerTests {
  private func chunks(
    _ draft: Draft, options: ChunkOptions = .init(), maximum: Int = 254
  ) throws -> [Chunk] {
    try Chunker(options: options, tokenCounter: WordCounter(), maximumTokenCount: maximum)
      .chunks(of: draft.document)
  }

  private func words(_ count: Int, _ word: String = "word") -> String {
    [String](repeating: word, count: count).joined(separator: " ") + "."
  }

  @Test("a short document is one chunk behind its title")
  func short() throws {
    let found = try chunks(Draft(title: "The title", blocks: [(.paragraph, "Hello there.")]))
    #expect(found.count == 1)
    #expect(found[0].text == "Hello there.")
    #expect(found[0].embeddingText == "The title\nHello there.")
    #expect(found[0].headings == [])
    #expect(try chunks(Draft(blocks: [])).isEmpty)
    #expect(try chunks(Draft(blocks: [(.paragraph, " \n ")])).isEmpty)
  }

  @Test("a chunk starts with its heading and carries the headings above")
  func headings() throws {
    let found = try chunks(
      Draft(
        title: "Guide",
        blocks: [
          (.heading(level: 1), "Guide"), (.paragraph, words(60)),
          (.heading(level: 2), "Install  it"),
          (.heading(level: 3), "Linux"), (.paragraph, words(300)), (.heading(level: 2), "Use"),
          (.paragraph, words(70)),
        ]))
    #expect(found.map(\.headings).first == ["Guide"])
    #expect(found[0].embeddingText.hasPrefix("Guide\n\nword word"))
    #expect(found[1].text.hasPrefix("Install  it\n\nLinux\n\nword"))
    #expect(found[1].embeddingText.hasPrefix("Guide\nInstall  it\n\nLinux\n\n"))
    #expect(found[1].headings == ["Guide", "Install it", "Linux"])
    #expect(found[2].embeddingText.hasPrefix("Guide > Install it > Linux\nword"))
    #expect(found.last?.headings == ["Guide", "Use"])
    #expect(found.last?.embeddingText.hasPrefix("Guide\nUse\n\nword") == true)
  }

  @Test("a very long heading path takes at most a quarter of the budget")
  func longPath() throws {
    let found = try chunks(
      Draft(
        title: words(50, "title"),
        blocks: [
          (.heading(level: 1), words(400, "one")), (.heading(level: 2), words(40, "two")),
          (.heading(level: 3), words(5, "three")), (.paragraph, words(900)),
        ]))
    for chunk in found.suffix(3) {
      let prefix = chunk.embeddingText.dropLast(chunk.text.count)
      #expect(WordCounter().tokenCount(of: String(prefix)) <= 250 / 4)
      #expect(prefix.hasSuffix("three three three three three.\n"))
      #expect(chunk.headings.count == 3 && chunk.headings[0].hasSuffix("…"))
    }
  }

  @Test("code and tables stay whole where they fit, else part at lines")
  func codeAndTables() throws {
    let code = (0..<20).map { "  let x\($0) = f(y)" }.joined(separator: "\n")
    let found = try chunks(
      Draft(blocks: [(.paragraph, words(180)), (.code, code), (.paragraph, words(150))]))
    #expect(
      found.contains { $0.text.contains("let x0 = f(y)") && $0.text.contains("let x19 = f(y)") })

    let table = (0..<200).map { "row\($0) | a | b | c" }.joined(separator: "\n")
    let rows = try chunks(Draft(blocks: [(.table, table)]))
    #expect(rows.count > 4)
    #expect(rows.allSatisfy { $0.text.hasPrefix("row") && $0.text.hasSuffix("| c") })
    #expect(rows.map(\.text).joined(separator: "\n") == table)
  }

  @Test("a list stays with the line that announces it")
  func announcedList() throws {
    let found = try chunks(
      Draft(
        blocks: [(.paragraph, words(150)), (.paragraph, "These are the steps:")]
          + (0..<8).map { (.listItem, "Step \($0) " + words(9)) } + [(.paragraph, words(150))]))
    let list = try #require(found.first { $0.text.contains("These are the steps:") })
    #expect(list.text.contains("Step 0"))
  }

  @Test("a short line without a mark at its end stays with the text below it")
  func unmarkedHeading() throws {
    for seed in 0..<20 as Range<UInt64> {
      var prose = Prose(seed: seed)
      var draft = Draft()
      for _ in 0..<10 {
        draft.blocks.append((.paragraph, "2. Maximum Number Of Columns"))
        for _ in 0..<2 {
          draft.blocks.append((.paragraph, prose.paragraph(sentences: 4).joined(separator: " ")))
        }
      }
      let found = try chunks(draft)
      #expect(found.count > 5)
      #expect(found.allSatisfy { !$0.text.hasSuffix("Columns") }, "seed \(seed)")
    }
  }

  @Test("the next chunk of a section repeats the last sentences, never across a heading")
  func overlap() throws {
    let sentences = (0..<80).map { "Sentence number \($0) has some words in it here." }
    let found = try chunks(
      Draft(
        blocks: [
          (.paragraph, sentences.joined(separator: " ")), (.heading(level: 1), "Next"),
          (.paragraph, words(60)),
        ]))
    let overlaps = zip(found, found.dropFirst()).map { first, second in
      first.textRange.upperBound - second.textRange.lowerBound
    }
    #expect(overlaps.dropLast().contains { $0 > 40 })
    #expect(overlaps.last.map { $0 < 0 } == true)
    for overlap in overlaps.dropLast() where overlap > 0 {
      #expect(overlap <= 3 * 60)
    }
    let none = try chunks(
      Draft(blocks: [(.paragraph, sentences.joined(separator: " "))]),
      options: ChunkOptions(overlapTokenCount: 0))
    #expect(
      zip(none, none.dropFirst()).allSatisfy { $0.textRange.upperBound < $1.textRange.lowerBound })
  }

  @Test("many tiny sections under one parent share chunks and keep their headings in the text")
  func tinySections() throws {
    var draft = Draft(title: "Glossary", blocks: [(.heading(level: 1), "Glossary")])
    for number in 0..<100 {
      draft.blocks.append((.heading(level: 2), "Term \(number)"))
      draft.blocks.append((.paragraph, "It means number \(number) here."))
    }
    draft.blocks.append((.heading(level: 1), "Appendix"))
    draft.blocks.append((.paragraph, words(60)))
    let found = try chunks(draft)
    #expect(found.count < 40, "\(found.count)")
    #expect(found.dropFirst().dropLast().allSatisfy { $0.text.hasPrefix("Term") })
    #expect(found.allSatisfy { $0.tokenCount <= 140 })
    let middle = found[found.count / 2]
    #expect(middle.headings == ["Glossary"])
    #expect(middle.embeddingText.hasPrefix("Glossary\nTerm"))
    #expect(found.last?.headings == ["Appendix"])
  }

  @Test("Chinese and Japanese are cut at their own marks")
  func cjk() throws {
    let sentence = "今天我们学习如何使用这个数据库系统。"
    let text = String(repeating: sentence, count: 100)
    let found = try chunks(Draft(blocks: [(.paragraph, text)]))
    #expect(found.count > 5)
    #expect(found.allSatisfy { $0.text.hasPrefix("今天") && $0.text.hasSuffix("。") })
  }

  @Test("the usual size is near the target and never far below it in long prose")
  func sizes() throws {
    var prose = Prose(seed: 7)
    let paragraphs = (0..<400).map { _ in
      (
        Document.Block.Kind.paragraph,
        prose.paragraph(sentences: 1 + prose.random.below(7)).joined(separator: " ")
      )
    }
    let found = try chunks(Draft(title: "T", blocks: paragraphs))
    let counts = found.map(\.tokenCount)
    let mean = counts.reduce(0, +) / counts.count
    #expect(mean > 140 && mean < 220, "\(mean)")
    #expect(counts.dropLast().allSatisfy { $0 >= 40 && $0 <= 250 })
  }

  @Test("options or documents that cannot be used are refused")
  func refusals() throws {
    let draft = Draft(blocks: [(.paragraph, "Hello.")])
    func code(_ body: () throws -> [Chunk]) -> RAGError.Code? {
      #expect(throws: RAGError.self) { try body() }?.code
    }
    #expect(code { try chunks(draft, maximum: 3) } == .invalidInput)
    #expect(code { try chunks(draft, options: .init(tokenCount: 0)) } == .invalidInput)
    #expect(code { try chunks(draft, options: .init(overlapTokenCount: -1)) } == .invalidInput)
    #expect(try chunks(draft, options: .init(tokenCount: .max, overlapTokenCount: .max)).count == 1)
    #expect(try chunks(draft, maximum: .max).count == 1)

    let chunker = Chunker(tokenCounter: WordCounter(), maximumTokenCount: 254)
    var document = draft.document
    for blocks in [[0..<7], [0..<3, 2..<6]] {
      document.blocks = blocks.map { .init(.paragraph, $0) }
      let broken = document
      #expect(code { try chunker.chunks(of: broken) } == .invalidInput)
    }
    document.text = [0x61, 0xFF, 0x62]
    document.blocks = [.init(.code, 0..<3)]
    let invalid = document
    #expect(code { try chunker.chunks(of: invalid) } == .invalidInput)
  }

  @Test("a character of more tokens than the encoder takes is an error, not a loop")
  func impossible() {
    struct Greedy: TokenCounter {
      func tokenRanges(in text: String) -> [Range<Int>] {
        [Range<Int>](repeating: 0..<1, count: 99)
      }
    }
    let chunker = Chunker(tokenCounter: Greedy(), maximumTokenCount: 64)
    let error = #expect(throws: RAGError.self) {
      try chunker.chunks(of: Draft(blocks: [(.paragraph, "Hello there.")]).document)
    }
    #expect(error?.code == .limitExceeded)
  }

  @Test("a cancelled task stops")
  func cancellation() async {
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try chunks(Draft(blocks: [(.paragraph, "Hello there.")]))
    }
    await #expect(throws: RAGError.self) { try await task.value }
  }
}
