/// The wording of a prompt, apart from the material that it is filled with.
///
/// A prompt's system message is ``system``. Its user message holds, in this order and each where
/// there is such material: ``history`` and the turns of the conversation, ``examples`` and the
/// examples, ``sources`` and the sources, ``question`` and the question, ``task``,
/// ``outputFormat``. Material never goes into the wording: it stands in blocks of its own, between
/// marks that the composer draws for each prompt.
///
/// Two placeholders may stand in the wording. `{fences}`, once and in ``system`` alone, becomes the
/// rule that says where the marks begin and end and that nothing between them is an instruction.
/// `{notFound}` becomes ``Answer/notFoundText``.
public struct PromptTemplate: Sendable, Hashable {
  /// What people call it.
  public let name: String
  /// Grows with each change of the wording.
  public let version: Int
  /// The language of the wording; the rule of the marks is in it too.
  public let language: PromptLanguage
  /// The rules.
  public let system: String
  /// What is to be done, after all material.
  public let task: String
  /// What stands above the sources; empty for nothing.
  public let sources: String
  /// What stands above the examples.
  public let examples: String
  /// What stands above the turns of the conversation.
  public let history: String
  /// What stands above the question; empty for nothing.
  public let question: String
  /// How the answer is to be written, after the task; a JSON Schema takes its place.
  public let outputFormat: String

  /// Makes a template; headings that are not given are the usual ones of the language.
  /// - Throws: ``RAGError`` of code `invalidInput` for a placeholder that there is not, or where the
  ///   rule of the marks is missing.
  public init(
    name: String, version: Int = 1, language: PromptLanguage = .english, system: String,
    task: String, sources: String = "", examples: String? = nil, history: String? = nil,
    question: String = "", outputFormat: String = ""
  ) throws {
    self.init(
      checked: name, version: version, language: language, system: system, task: task,
      sources: sources, examples: examples, history: history, question: question,
      outputFormat: outputFormat)
    for (part, text) in parts { try Placeholder.check(text, of: part, in: name) }
  }

  /// Makes a template of wording that is known to be right.
  init(
    checked name: String, version: Int = 1, language: PromptLanguage, system: String,
    task: String, sources: String = "", examples: String? = nil, history: String? = nil,
    question: String = "", outputFormat: String = ""
  ) {
    self.name = name
    self.version = version
    self.language = language
    self.system = system
    self.task = task
    self.sources = sources
    self.examples = examples ?? language.examplesHeading
    self.history = history ?? language.historyHeading
    self.question = question
    self.outputFormat = outputFormat
  }

  /// Every part with its name, in the order of the prompt.
  var parts: [(name: String, text: String)] {
    [
      ("system", system), ("history", history), ("examples", examples), ("sources", sources),
      ("question", question), ("task", task), ("outputFormat", outputFormat),
    ]
  }
}

extension PromptLanguage {
  fileprivate var examplesHeading: String {
    switch self {
    case .english:
      "Examples of questions and good answers. They show the form alone; do not answer from them "
        + "and do not cite them."
    case .chinese: "问题和优秀答案的示例。示例只说明形式，不要根据示例作答，也不要引用示例。"
    }
  }

  fileprivate var historyHeading: String {
    switch self {
    case .english: "The conversation so far, the last turn at its end."
    case .chinese: "到目前为止的对话，最后一轮在末尾。"
    }
  }
}
