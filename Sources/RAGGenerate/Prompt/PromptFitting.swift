import RAGCore
import RAGRetrieve

/// Fills a prompt with as much material as its budget has room for.
struct PromptFitting {
  /// What a chat template may add for its roles.
  static let templateTokenCount = 16
  /// A citation marker has at most three digits.
  private static let sourceCount = 999
  /// More examples teach no more, and each is measured.
  private static let exampleCount = 32
  /// Nor do turns so far back say what a question refers to.
  private static let turnCount = 100

  private let layout: PromptLayout
  private let material: PromptMaterial
  private let counter: any TokenCounter
  private let budget: Int
  private(set) var content = PromptLayout.Content()
  /// Whether the only source is cut.
  private(set) var isCut = false
  /// Tokens of wording and question alone.
  let bareTokenCount: Int

  init(
    _ material: PromptMaterial, in layout: PromptLayout, counter: any TokenCounter, budget: Int
  ) {
    self.layout = layout
    self.material = material
    self.counter = counter
    self.budget = budget
    bareTokenCount = Self.tokenCount(of: layout.prompt(PromptLayout.Content()), counter)
  }

  /// Tokens of the prompt.
  var tokenCount: Int { tokenCount(of: content) }

  /// Whether the sources, if any, found room: in whole or the first hit's beginning.
  ///
  /// Turns and examples have a bounded share each, and give way where no source has room beside
  /// them.
  mutating func fill() -> Bool {
    let room = budget - bareTokenCount
    addTurns(within: material.hits.isEmpty ? room : room / 4)
    addExamples(within: room / 5)
    while true {
      if material.hits.isEmpty || addSources() || cutFirstSource() { return true }
      if !content.examples.isEmpty {
        content.examples = []
      } else if !content.turns.isEmpty {
        content.turns = []
      } else {
        return false
      }
    }
  }

  // MARK: Parts

  /// The last turns, as many as fit.
  private mutating func addTurns(within share: Int) {
    let limit = min(tokenCount + share, budget)
    let blocks = material.history.suffix(Self.turnCount).map(layout.block(of:))
    let count = Self.largest(upTo: blocks.count) { count in
      var attempt = content
      attempt.turns = Array(blocks.suffix(count))
      return tokenCount(of: attempt) <= limit
    }
    content.turns = Array(blocks.suffix(count))
  }

  /// The most fitting examples that have room; one that has none keeps out no other.
  private mutating func addExamples(within share: Int) {
    let limit = min(tokenCount + share, budget)
    for example in material.examples.prefix(Self.exampleCount) {
      content.examples.append(layout.block(of: example))
      if tokenCount > limit { content.examples.removeLast() }
    }
  }

  /// The first hits, as many as fit; says whether one does.
  private mutating func addSources() -> Bool {
    var blocks: [String] = []
    let count = Self.largest(upTo: min(material.hits.count, Self.sourceCount)) { count in
      while blocks.count < count {
        blocks.append(layout.block(number: blocks.count + 1, of: material.hits[blocks.count]))
      }
      return fits(Array(blocks.prefix(count)))
    }
    content.sources = Array(blocks.prefix(count))
    return count > 0
  }

  /// The first hit, cut after a sentence, else after a word; says whether it fits so.
  private mutating func cutFirstSource() -> Bool {
    guard let first = material.hits.first else { return false }
    let beginnings = PromptLayout.beginnings(of: first.text)
    func block(_ end: Int) -> String {
      let text = String(decoding: first.text.utf8.prefix(end), as: UTF8.self)
      return layout.block(number: 1, of: first, text: text + " …")
    }
    for ends in [beginnings.sentences, beginnings.words] {
      let count = Self.largest(upTo: ends.count) { fits([block(ends[$0 - 1])]) }
      if count > 0 {
        content.sources = [block(ends[count - 1])]
        isCut = true
        return true
      }
    }
    return false
  }

  private func fits(_ sources: [String]) -> Bool {
    var attempt = content
    attempt.sources = sources
    return tokenCount(of: attempt) <= budget
  }

  /// The largest count, up to a limit, that satisfies a condition true for small counts.
  private static func largest(upTo limit: Int, where condition: (Int) -> Bool) -> Int {
    var good = 0
    var step = 1
    // Ever larger steps, so that what is far beyond the answer is never tried.
    while good < limit, condition(min(good + step, limit)) {
      good = min(good + step, limit)
      step *= 2
    }
    var bad = min(good + step, limit + 1)
    while bad - good > 1 {
      let middle = (good + bad) / 2
      if condition(middle) { good = middle } else { bad = middle }
    }
    return good
  }

  // MARK: Tokens

  private func tokenCount(of content: PromptLayout.Content) -> Int {
    Self.tokenCount(of: layout.prompt(content), counter)
  }

  /// Tokens of a prompt, with what a chat template may add.
  static func tokenCount(of prompt: ModelPrompt, _ counter: any TokenCounter) -> Int {
    counter.tokenCount(of: prompt.system) + counter.tokenCount(of: prompt.user)
      + templateTokenCount
  }

  /// What the prompt's tokens are spent on.
  func accounts(contextTokenCount: Int, reservedAnswerTokenCount: Int) -> TokenAccounts {
    let paragraphs = layout.paragraphs(content)
    let starts = counter.tokenRanges(in: layout.prompt(content).user).map(\.lowerBound)
    var counts: [PromptLayout.Paragraph.Part: Int] = [:]
    var offset = 0
    var token = 0
    for paragraph in paragraphs {
      offset += paragraph.text.utf8.count + PromptLayout.separator.utf8.count
      let first = token
      while token < starts.count, starts[token] < offset { token += 1 }
      counts[paragraph.part, default: 0] += token - first
    }
    let total = tokenCount
    var accounts = TokenAccounts(
      rules: 0, examples: content.examples.indices.map { counts[.example($0)] ?? 0 },
      history: content.turns.indices.map { counts[.turn($0)] ?? 0 },
      sources: content.sources.indices.map { counts[.source($0)] ?? 0 },
      question: counts[.question] ?? 0, reservedAnswer: reservedAnswerTokenCount,
      free: contextTokenCount - reservedAnswerTokenCount - total, isExact: counter.isExact)
    accounts.rules = total - accounts.prompt
    return accounts
  }
}
