import RAGCore
import RAGGenerate

/// Words the prompts that ask a model for a query.
///
/// What comes from outside stands between marks with one random number, neutralised, so that no
/// text ends its own. All prompts for a question have the same marks, and begin alike.
struct SQLPrompt: Sendable {
  /// An answer that was rejected.
  struct Objection: Sendable, Hashable {
    /// What of the answer is shown; may be empty.
    var answer: String
    /// Why it was rejected.
    var problem: String
  }

  /// What finds room in a prompt.
  struct Content: Sendable {
    var schema = LinkedSchema(text: "", tables: [], omittedTableCount: 0)
    /// The latest last.
    var objections: [Objection] = []
  }

  let question: String
  private let template: PromptTemplate
  private let fence: PromptFence

  init(_ question: String, template: TemplateChoice) {
    self.question = question
    self.template = template.template(forText: question)
    fence = PromptFence()
  }

  func prompt(_ content: Content) -> ModelPrompt {
    var prompt = template.prompt(
      [fence.block("schema", content.schema.text), fence.block("question", question)], in: fence)
    guard !content.objections.isEmpty else { return prompt }
    let blocks = content.objections.map { objection in
      let answer = objection.answer.isEmpty ? "" : fence.block("attempt", objection.answer) + "\n"
      return answer + fence.block("problem", objection.problem)
    }
    let wording = template.language.objection
    prompt.user +=
      "\n\n" + ([wording.beginning] + blocks + [wording.end]).joined(separator: "\n\n")
    return prompt
  }
}

extension PromptLanguage {
  /// What stands around answers that were rejected.
  fileprivate var objection: (beginning: String, end: String) {
    switch self {
    case .english:
      ("These answers of yours were rejected:", "Answer again, without these problems.")
    case .chinese: ("你的这些回答没有被接受：", "请重新回答，不要再有这些问题。")
    }
  }
}
