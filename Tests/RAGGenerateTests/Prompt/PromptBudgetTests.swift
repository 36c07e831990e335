import RAGCore
import RAGGenerate
import RAGRetrieve
import Testing

@Suite struct PromptBudgetTests {
  /// Random material of every kind, some of it empty.
  private struct Draw {
    var generator: SeededGenerator
    private let words = [
      "alpha", "Beta.", "数据库。", "e=mc²", "<|x|>", "[1]", "émigré!", "\n", "12345", "😀",
    ]

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func count(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &generator) }

    mutating func text(_ range: ClosedRange<Int>) -> String {
      let count = count(range)
      return (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }
        .joined(separator: " ")
    }

    mutating func hits() -> [Hit] {
      (0..<count(0...40)).map { index in
        makeHit(
          text(0...300), title: text(0...8), headings: [text(0...4)], id: Int64(index),
          rank: index + 1)
      }
    }

    mutating func material() -> PromptMaterial {
      let hits = hits()
      let examples = (0..<count(0...6)).map { _ in
        PromptExample(question: text(0...10), answer: text(0...60), sources: [text(0...60)])
      }
      let history = (0..<count(0...12)).map { index in
        ConversationTurn(index % 2 == 0 ? .user : .assistant, text(0...120))
      }
      return PromptMaterial(
        question: text(0...20), hits: hits, examples: examples, history: history)
    }
  }

  private static let templates = BuiltInTemplate.allCases.flatMap { builtIn in
    PromptLanguage.allCases.map { builtIn.template(in: $0) }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `the budget is never exceeded, and the accounts add up`(seed: UInt64) throws {
    for (index, template) in Self.templates.enumerated() {
      var draw = Draw(seed: seed * 100 + UInt64(index))
      let material = draw.material()
      let counter: any TokenCounter =
        draw.count(0...1) == 0 ? EstimatedTokenCounter() : WordCounter()
      let context = draw.count(50...6000)
      let reserved = draw.count(0...500)
      let composer = PromptComposer(
        template: .given(template), sourceOrder: draw.count(0...1) == 0 ? .rank : .edges,
        reservedAnswerTokenCount: reserved, datamarksSources: draw.count(0...1) == 0)
      let composed: ComposedPrompt
      do {
        composed = try composer.compose(
          material, contextTokenCount: context, tokenCounter: counter, using: &draw.generator)
      } catch RAGError.Code.limitExceeded {
        continue
      }
      let place: Comment = "seed \(seed), \(template.name) \(template.language)"
      let measured =
        counter.tokenCount(of: composed.prompt.system)
        + counter.tokenCount(of: composed.prompt.user)
      #expect(measured <= composed.tokenCount, place)
      #expect(composed.tokenCount + reserved <= context, place)
      #expect(composed.sources.isEmpty == material.hits.isEmpty, place)
      let count = composed.sources.count
      #expect(count + composed.omittedSourceCount == material.hits.count, place)
      #expect(composed.sources.map(\.hit) == Array(material.hits.prefix(count)), place)
      check(composed, of: material, place)
      // One more source would not have fitted.
      if composed.omittedSourceCount > 0, !composed.sources[0].isCut {
        var more = material
        more.hits = Array(material.hits.prefix(count + 1))
        more.examples = Array(material.examples.prefix(composed.accounts.examples.count))
        more.history = material.history.suffix(composed.accounts.history.count)
        let larger = try composer.compose(
          more, contextTokenCount: 1_000_000, tokenCounter: counter, using: &draw.generator)
        #expect(larger.tokenCount > composed.tokenCount, place)
      }
    }
  }

  private func check(_ composed: ComposedPrompt, of material: PromptMaterial, _ place: Comment) {
    let accounts = composed.accounts
    #expect(accounts.prompt == composed.tokenCount, place)
    #expect(
      accounts.prompt + accounts.reservedAnswer + accounts.free == composed.contextTokenCount,
      place)
    #expect(accounts.free >= 0 && accounts.rules > 0, place)
    #expect(accounts.sources.count == composed.sources.count, place)
    #expect(
      accounts.examples.count + composed.omittedExampleCount == material.examples.count, place)
    #expect(accounts.history.count + composed.omittedTurnCount == material.history.count, place)
    #expect((accounts.sources + accounts.examples + accounts.history).allSatisfy { $0 > 0 }, place)
    let room = composed.contextTokenCount - accounts.reservedAnswer - accounts.rules
    #expect(accounts.examples.reduce(0, +) * 5 <= room + 500, place)
  }

  @Test func `examples and turns give way to the first source`() throws {
    let material = PromptMaterial(
      question: "q", hits: makeHits(["Short."]),
      examples: [PromptExample(question: "a", answer: "b")],
      history: [ConversationTurn(.user, "c")])
    let composer = PromptComposer(reservedAnswerTokenCount: 0)
    let bare = try composer.compose(
      "q", from: material.hits, contextTokenCount: 10_000, tokenCounter: WordCounter())
    let tight = try composer.compose(
      material, contextTokenCount: bare.tokenCount, tokenCounter: WordCounter())
    #expect(tight.sources.count == 1 && !tight.sources[0].isCut)
    #expect(tight.omittedExampleCount == 1 && tight.omittedTurnCount == 1)
    let roomy = try composer.compose(
      material, contextTokenCount: 10_000, tokenCounter: WordCounter())
    #expect(roomy.omittedExampleCount == 0 && roomy.omittedTurnCount == 0)
  }

  @Test(arguments: BuiltInTemplate.allCases, PromptLanguage.allCases)
  func `a context too small for one source is a clear error`(
    builtIn: BuiltInTemplate, language: PromptLanguage
  ) throws {
    let composer = PromptComposer(
      template: .given(builtIn.template(in: language)), reservedAnswerTokenCount: 0)
    // Marks differ in their digits, and so in their tokens.
    func compose(_ hits: [Hit], context: Int) throws -> ComposedPrompt {
      var generator = SeededGenerator(seed: 5)
      return try composer.compose(
        PromptMaterial(question: "q", hits: hits), contextTokenCount: context,
        tokenCounter: EstimatedTokenCounter(), using: &generator)
    }
    let bare = try compose([], context: 10_000).tokenCount
    for context in [bare, bare + 5] {
      let error = #expect(throws: RAGError.self) {
        try compose(makeHits(["Some text."]), context: context)
      }
      #expect(error?.code == .limitExceeded)
      #expect(error?.message.contains("no source fits") == true)
    }
  }

  @Test func `accounts say whether the tokens are exact`() throws {
    let hits = makeHits(["One."])
    let estimate = try PromptComposer().compose("q", from: hits, contextTokenCount: 4096)
    let exact = try PromptComposer().compose(
      "q", from: hits, contextTokenCount: 4096, tokenCounter: WordCounter())
    #expect(!estimate.accounts.isExact && exact.accounts.isExact)
    // The opening mark of two words, the label and path, "Text:", the text, the closing mark.
    #expect(exact.accounts.sources == [7])
    #expect(exact.accounts.question == 3)
  }
}
