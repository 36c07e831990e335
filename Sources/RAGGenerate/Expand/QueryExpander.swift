package import RAGCore

/// Asks a model for texts that help to find what answers a question.
package struct QueryExpander: Sendable {
  private let backend: any ModelBackend
  private let limits: Limits

  package init(_ backend: any ModelBackend, limits: Limits) {
    self.backend = backend
    self.limits = limits
  }

  /// At most `count` other wordings of a question, none of them the question itself.
  /// - Throws: ``RAGError``: `backend`, `limitExceeded`; `CancellationError`.
  package func rewordings(of question: String, count: Int) async throws -> [String] {
    let text = try await answer(
      """
      You reword questions for a search engine. Write \(count) other wordings of the question that \
      the user gives you, each with other words for the same meaning, in the language of the \
      question. Write one a line and nothing else. Never answer the question.
      """, to: question)
    var known: Set<String> = ["", Self.normalised(question)]
    var rewordings: [String] = []
    for line in text.split(whereSeparator: \.isNewline) where rewordings.count < count {
      let wording = Self.withoutListMark(line)
      guard wording.utf8.count <= limits.queryByteCount,
        known.insert(Self.normalised(wording)).inserted
      else { continue }
      rewordings.append(wording)
    }
    return rewordings
  }

  /// A passage that could answer a question; it may well be wrong, and is only searched with.
  /// - Throws: ``RAGError``: `backend`, `limitExceeded`; `CancellationError`.
  package func imaginedPassage(answering question: String) async throws -> String {
    let text = try await answer(
      """
      Write a short passage, of three or four sentences, that could stand in a document and answer \
      the question that the user gives you, in the language of the question. Write the passage \
      and nothing else.
      """, to: question)
    guard text.contains(where: { $0.isLetter || $0.isNumber }) else {
      throw RAGError(.backend, "the model \(backend.name) gave an empty passage")
    }
    return text
  }

  private func answer(_ task: String, to question: String) async throws -> String {
    let prompt = ModelPrompt(system: task, user: UntrustedText.neutralised(question))
    var pieces = BackendPieces(prompt, from: backend, limits: limits)
    var terminal = TerminalText()
    return terminal.filter(try await pieces.rest())
  }

  private static func normalised(_ text: String) -> String {
    text.lowercased().filter { $0.isLetter || $0.isNumber }
  }

  /// A line without `1.`, `2)`, `-` or `*` before it, and without quotes around it.
  private static func withoutListMark(_ line: Substring) -> String {
    let text = line.drop { $0.isWhitespace }
    let number = text.drop { $0.isASCII && $0.isNumber }
    let isNumbered =
      number.startIndex > text.startIndex && (number.first == "." || number.first == ")")
      && number.dropFirst().first?.isWhitespace == true
    var rest = isNumbered ? number.dropFirst() : line
    rest = rest.drop { $0.isWhitespace || "-*•\"“".contains($0) }
    while let last = rest.last, last.isWhitespace || "\"”".contains(last) { rest.removeLast() }
    return String(rest)
  }
}
