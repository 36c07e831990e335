import RAGCore
import RAGGenerate
import RAGRetrieve
import Testing

@Suite struct DatamarkTests {
  private func compose(_ text: String, seed: UInt64, title: String = "A b") throws -> ModelPrompt {
    var generator = SeededGenerator(seed: seed)
    return try PromptComposer(datamarksSources: true).compose(
      PromptMaterial(question: "What is it?", hits: [makeHit(text, title: title)]),
      contextTokenCount: 4096, tokenCounter: EstimatedTokenCounter(), using: &generator
    ).prompt
  }

  /// The sign that the rules name.
  private func sign(of prompt: ModelPrompt) throws -> Character {
    let words = try #require(prompt.system.firstRange(of: "The sign "))
    return prompt.system[words.upperBound]
  }

  @Test func `a sign stands for each blank of a source, and nowhere else`() throws {
    let prompt = try compose("One  two.\n  Three\tfour 数据库.", seed: 1)
    let sign = try sign(of: prompt)
    #expect(
      prompt.user.contains(
        "\nText:\n\(sign)One\(sign)two.\n\(sign)Three\(sign)four\(sign)数据库.\n</source-"))
    #expect(prompt.user.contains("\nTitle: \(sign)A\(sign)b\n"))
    #expect(prompt.user.contains("\nWhat is it?\n"))
  }

  @Test func `the sign is drawn for each prompt`() throws {
    let signs = try (0..<60).map { try sign(of: compose("x", seed: $0)) }
    #expect(Set(signs).count > 3)
  }

  @Test func `without the option there is no sign`() throws {
    let composed = try PromptComposer().compose(
      "q", from: makeHits(["One two."]), contextTokenCount: 4096)
    #expect(!composed.prompt.system.contains("The sign "))
    #expect(composed.prompt.user.contains("One two."))
  }
}
