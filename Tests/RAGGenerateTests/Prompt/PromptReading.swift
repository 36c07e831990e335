import RAGCore
import RAGGenerate
import RAGRetrieve

/// A place of a prompt that text from outside reaches.
enum UntrustedField: String, CaseIterable {
  case text, context, title, heading, path, documentID, question
  case exampleQuestion, exampleAnswer, exampleSource, userTurn, assistantTurn

  /// The kind of block that the field stands in, and its place among those of the kind.
  var block: (kind: String, index: Int) {
    switch self {
    case .text, .context, .title, .heading, .path, .documentID: ("source", 0)
    case .question: ("question", 0)
    case .exampleQuestion, .exampleAnswer, .exampleSource: ("example", 0)
    case .userTurn: ("turn", 0)
    case .assistantTurn: ("turn", 1)
    }
  }

  /// Material of every kind, in which one field holds a given text.
  func material(with text: String) -> PromptMaterial {
    func value(_ field: UntrustedField) -> String { field == self ? text : "plain" }
    var hit = makeHit(
      value(.text), title: value(.title), headings: [value(.heading), "B"], path: value(.path))
    if self == .documentID {
      hit.document.path = nil
      hit.document.id = text
    }
    if self == .context { hit.context = Hit.Context(text: text, span: hit.span, chunks: [1]) }
    return PromptMaterial(
      question: value(.question), hits: [hit, makeHit("Other.", id: 2, rank: 2)],
      examples: [
        PromptExample(
          question: value(.exampleQuestion), answer: value(.exampleAnswer),
          sources: [value(.exampleSource)])
      ],
      history: [
        ConversationTurn(.user, value(.userTurn)),
        ConversationTurn(.assistant, value(.assistantTurn)),
      ])
  }
}

/// A prompt taken apart by its marks alone, as its rules say.
struct PromptReading {
  let composed: ComposedPrompt
  let mark: String
  /// The lines that stand in no block, and those that begin and end one.
  private(set) var outside: [Substring] = []
  private(set) var blocks: [(kind: String, lines: [Substring])] = []
  private let markCount: Int

  /// Composes with the same mark each time.
  init(
    _ material: PromptMaterial, _ template: PromptTemplate, _ datamarksSources: Bool = false
  ) throws {
    var generator = SeededGenerator(seed: 7)
    composed = try PromptComposer(
      template: .given(template), datamarksSources: datamarksSources
    ).compose(
      material, contextTokenCount: 1_000_000, tokenCounter: WordCounter(), using: &generator)
    // The rule of the marks names one first.
    let rules = composed.prompt.system
    let start = rules.firstRange(of: "<source-")?.upperBound ?? rules.startIndex
    mark = String(rules[start...].prefix(16))
    markCount = composed.prompt.user.split(separator: mark, omittingEmptySubsequences: false).count
    var open: (kind: String, lines: [Substring])?
    for line in composed.prompt.user.split(separator: "\n", omittingEmptySubsequences: false) {
      if let block = open, line != "</\(block.kind)-\(mark)>" {
        open?.lines.append(line)
        continue
      }
      outside.append(line)
      if let block = open {
        blocks.append(block)
        open = nil
      } else if line.hasPrefix("<"), let end = line.firstRange(of: "-\(mark)") {
        open = (String(line[line.index(after: line.startIndex)..<end.lowerBound]), [])
      }
    }
  }

  /// What an attack in a field changed that it may not change.
  func faults(
    comparedWith clean: PromptReading, in field: UntrustedField, _ attack: Attack
  ) -> [String] {
    var faults: [String] = []
    if composed.prompt.system != clean.composed.prompt.system { faults.append("the rules") }
    if outside != clean.outside { faults.append("what stands outside of blocks") }
    if markCount != clean.markCount { faults.append("the number of marks") }
    if composed.sources.count != clean.composed.sources.count { faults.append("the sources") }
    if blocks.map(\.kind) != clean.blocks.map(\.kind) { faults.append("the blocks") }
    var counts: [String: Int] = [:]
    for (block, other) in zip(blocks, clean.blocks) {
      let index = counts[block.kind, default: 0]
      counts[block.kind] = index + 1
      let isAttacked = field.block == (block.kind, index)
      if !isAttacked, block.lines != other.lines { faults.append("block \(block.kind) \(index)") }
    }
    let read = "\n" + composed.prompt.user
    faults += attack.broken.filter { read.contains($0) }.map { "it holds \($0.debugDescription)" }
    let invisible = read.unicodeScalars.filter { scalar in
      // The many letters of ASCII need no look into the tables.
      if scalar == "\n" || (0x20..<0x7F).contains(scalar.value) { return false }
      let category = scalar.properties.generalCategory
      return category == .control || category == .format
        || scalar.properties.isDefaultIgnorableCodePoint
    }
    if !invisible.isEmpty { faults.append("it holds invisible \(invisible.map(\.value))") }
    return faults
  }
}
