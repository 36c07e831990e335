import RAGCore
import RAGRetrieve

/// One prompt's template filled, with the marks around what comes from outside.
struct PromptLayout {
  private static let labelScalarCount = 200
  /// Longer turns of a conversation are cut; what a question refers to is seldom further on.
  private static let turnScalarCount = 2000

  private let template: PromptTemplate
  private let mark: PromptMark
  private let order: PromptComposer.SourceOrder
  private let datamark: Unicode.Scalar?
  /// Nil where nothing is asked.
  private let question: String?
  private let schema: JSONSchema?

  /// The blocks that fill a prompt.
  struct Content {
    /// Oldest first.
    var turns: [String] = []
    /// The most fitting first.
    var examples: [String] = []
    /// Best first.
    var sources: [String] = []
  }

  /// A paragraph of the user message.
  struct Paragraph {
    /// Whose tokens it is made of; `index` is that in the ``Content``.
    enum Part: Hashable {
      case wording
      case question
      case turn(_ index: Int)
      case example(_ index: Int)
      case source(_ index: Int)
    }

    var part: Part
    var text: String
  }

  init(
    template: PromptTemplate, material: PromptMaterial, order: PromptComposer.SourceOrder,
    mark: PromptMark, datamark: Unicode.Scalar?
  ) {
    self.template = template
    self.mark = mark
    self.order = order
    self.datamark = datamark
    schema = material.schema
    question = material.hasQuestion ? mark.inside(material.question) : nil
  }

  /// The prompt of some blocks.
  func prompt(_ content: Content) -> ModelPrompt {
    ModelPrompt(
      system: filled(template.system, content),
      user: paragraphs(content).map(\.text).joined(separator: Self.separator))
  }

  /// What stands between paragraphs.
  static let separator = "\n\n"

  /// The paragraphs of the user message, in order.
  func paragraphs(_ content: Content) -> [Paragraph] {
    var paragraphs: [Paragraph] = []
    func wording(_ text: String) {
      if !text.isEmpty { paragraphs.append(Paragraph(part: .wording, text: filled(text, content))) }
    }
    if !content.turns.isEmpty { wording(template.history) }
    paragraphs += content.turns.enumerated().map { Paragraph(part: .turn($0), text: $1) }
    if !content.examples.isEmpty { wording(template.examples) }
    // What is nearest to the question guides most.
    paragraphs += content.examples.enumerated().reversed()
      .map { Paragraph(part: .example($0), text: $1) }
    if !content.sources.isEmpty { wording(template.sources) }
    let indices = Array(content.sources.indices)
    for index in order == .rank ? indices : Self.bestAtEdges(indices) {
      paragraphs.append(Paragraph(part: .source(index), text: content.sources[index]))
    }
    if let question {
      wording(template.question)
      let block = block(.question, "", question)
      paragraphs.append(Paragraph(part: .question, text: block))
    }
    wording(template.task)
    if let schema {
      let text = template.language.schemaFormat + "\n" + schema.text
      paragraphs.append(Paragraph(part: .wording, text: text))
    } else {
      wording(template.outputFormat)
    }
    return paragraphs
  }

  private func filled(_ text: String, _ content: Content) -> String {
    let kinds = FenceRule.Kind.allCases.filter { kind in
      switch kind {
      // Also where there is none: then the answer is to be that there is none.
      case .source: !content.sources.isEmpty || content.turns.isEmpty
      case .example: !content.examples.isEmpty
      case .turn: !content.turns.isEmpty
      case .question: true
      }
    }
    let rule = FenceRule(language: template.language, mark: mark.text, datamark: datamark)
    return Placeholder.filled(text, fences: rule.text(kinds))
  }

  // MARK: Blocks

  /// A source between its marks; `text` stands for the text of the hit's chunk where given.
  func block(number: Int, of hit: Hit, text: String? = nil) -> String {
    var lines: [String] = []
    func label(_ name: String, _ value: String?) {
      let value = UntrustedText.neutralisedLine(
        value ?? "", scalarCount: Self.labelScalarCount)
      guard !value.isEmpty else { return }
      lines.append("\(name): \(datamarked(mark.broken(value)))")
    }
    label("Title", hit.document.title)
    label("Section", hit.chunk.headings.joined(separator: " > "))
    label("Path", hit.document.path ?? hit.document.id)
    lines.append("Text:")
    lines.append(datamarked(mark.inside(text ?? hit.text)))
    return block(.source, " number=\"\(number)\"", lines.joined(separator: "\n"))
  }

  /// An example between its marks.
  func block(of example: PromptExample) -> String {
    let sources = example.sources.map { "Source:\n\(mark.inside($0))\n" }
    return block(
      .example, "",
      sources.joined() + "Question:\n\(mark.inside(example.question))\n"
        + "Answer:\n\(mark.inside(example.answer))")
  }

  /// A turn of the conversation between its marks.
  func block(of turn: ConversationTurn) -> String {
    let scalars = turn.text.unicodeScalars
    let text =
      scalars.count <= Self.turnScalarCount
      ? turn.text : String(scalars.prefix(Self.turnScalarCount)) + " …"
    return block(.turn, " role=\"\(turn.role.rawValue)\"", mark.inside(text))
  }

  private func block(_ kind: FenceRule.Kind, _ attribute: String, _ inside: String) -> String {
    "\(kind.opening(mark.text))\(attribute)>\n\(inside)\n\(kind.closing(mark.text))"
  }

  private func datamarked(_ text: String) -> String {
    datamark.map { Datamark.marked(text, with: $0) } ?? text
  }

  /// Places where a text may be cut, as UTF-8 offsets: after sentences, and after words.
  static func beginnings(of text: String) -> (sentences: [Int], words: [Int]) {
    var words: [Int] = []
    var offset = 0
    var isInWord = false
    for scalar in text.unicodeScalars {
      let isBlank = scalar.properties.isWhitespace
      if isBlank, isInWord { words.append(offset) }
      isInWord = !isBlank
      offset += UTF8.width(scalar)
    }
    return (SentenceSplitter.ranges(in: text).map(\.upperBound), words)
  }

  /// 1, 3, 5, … 6, 4, 2.
  private static func bestAtEdges(_ indices: [Int]) -> [Int] {
    indices.filter { $0 % 2 == 0 } + indices.filter { $0 % 2 == 1 }.reversed()
  }
}

extension PromptLanguage {
  /// Says all of the contract, as a template of the user's own may say otherwise before.
  fileprivate var schemaFormat: String {
    switch self {
    case .english:
      "Reply with one JSON value and nothing else, without source numbers such as [1] in it. If the "
        + "sources do not hold what is asked for, reply in its place with this sentence alone: "
        + "\(Answer.notFoundText) The JSON value must conform to this JSON Schema:"
    case .chinese:
      "只回复一个 JSON 值，不要写其他内容，其中不要有 [1] 这样的来源编号。如果来源中没有所问的内容，"
        + "不要写 JSON，只回复这一句英文：\(Answer.notFoundText) 这个 JSON 值必须符合这个 JSON Schema："
    }
  }
}
