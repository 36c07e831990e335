package import RAGCore

/// What a prompt says of the attempts that were rejected.
///
/// How many tokens the last one takes is known before the task is written, so that the task can
/// leave them. Answers have no bound, so that of the last one, and what was wrong with it, is shown
/// as far as a quarter of the room: most of the prompt stays the task.
package struct Objection {
  /// Parts of a prompt merge to fewer tokens or to a few more.
  private static let joinTokenCount = 8

  private let fence = PromptFence()
  private let counter: any TokenCounter
  private let room: Int
  /// A text for each attempt, in order.
  private let blocks: [String]
  /// Tokens that the task has to leave.
  package let tokenCount: Int

  /// Makes an objection to attempts, where a prompt may have `room` tokens; nil without attempts.
  package init?<Proposal>(
    to attempts: [Attempt<Proposal>], room: Int, counter: any TokenCounter
  ) {
    guard var last = attempts.last else { return nil }
    self.counter = counter
    self.room = room
    let share = max(room / 4, 0)
    let reason = Self.beginning(of: last.verdict.reason ?? "", share, counter)
    last.verdict = .rejected(reason: reason, score: 0)
    last.answer = Self.beginning(
      of: last.answer, share - counter.tokenCount(of: reason), counter)
    let fence = fence
    blocks = (attempts.dropLast() + [last]).map { attempt in
      fence.block("attempt", attempt.answer) + "\n"
        + fence.block("problem", attempt.verdict.reason ?? "")
    }
    let alone = Self.prompt(ModelPrompt(system: "", user: ""), blocks.suffix(1), fence)
    tokenCount =
      counter.tokenCount(of: alone.system) + counter.tokenCount(of: alone.user)
      + Self.joinTokenCount
  }

  /// What writes a task so that it leaves a number of tokens free.
  /// - Throws: ``ContextFull`` where that throws ``RAGError`` of code `limitExceeded`; what else it
  ///   throws.
  package func leavingRoom<Task>(
    _ task: (_ tokenCount: Int) async throws -> Task
  ) async throws -> Task {
    do {
      return try await task(tokenCount)
    } catch RAGError.Code.limitExceeded {
      throw ContextFull()
    }
  }

  /// The prompt of a task with the last attempts, as many as fit.
  /// - Throws: ``ContextFull`` where not even the last one has room.
  package func added(to task: ModelPrompt) throws -> ModelPrompt {
    for omitted in blocks.indices {
      let prompt = Self.prompt(task, blocks[omitted...], fence)
      if PromptFitting.tokenCount(of: prompt, counter) <= room { return prompt }
    }
    throw ContextFull()
  }

  private static func prompt(
    _ task: ModelPrompt, _ blocks: ArraySlice<String>, _ fence: PromptFence
  ) -> ModelPrompt {
    ModelPrompt(
      system: task.system + "\n\n" + fence.rule,
      user: task.user + "\n\nThese answers of yours were rejected:\n\n"
        + blocks.joined(separator: "\n\n") + "\n\nAnswer again, without these problems.")
  }

  /// At most so many tokens of a text, as they are between marks.
  private static func beginning(
    of text: String, _ tokenCount: Int, _ counter: any TokenCounter
  ) -> String {
    let text = PromptFence.inside(text)
    let tokens = counter.tokenRanges(in: text)
    guard tokens.count > max(tokenCount, 0) else { return text }
    let end = tokens[max(tokenCount, 0)].lowerBound
    return String(decoding: text.utf8.prefix(end), as: UTF8.self) + " …"
  }
}

extension PromptComposer {
  /// The prompt after attempts that were rejected: with the last of them in any case, for which the
  /// last hits give way.
  ///
  /// The sources are the first hits; tokens and accounts are those without the attempts.
  /// - Throws: ``ContextFull`` where no source has room beside the last attempt; without attempts,
  ///   what ``composeCounted(_:for:waiting:)`` throws.
  package func compose<Proposal>(
    _ material: PromptMaterial, for backend: any ModelBackend,
    after attempts: [Attempt<Proposal>]
  ) async throws -> ComposedPrompt {
    let objection = Objection(
      to: attempts, room: backend.contextTokenCount - reservedAnswerTokenCount,
      counter: backend.tokenCounter)
    guard let objection else { return try await composeCounted(material, for: backend) }
    var composed = try await objection.leavingRoom { tokenCount in
      var roomier = self
      roomier.reservedAnswerTokenCount += tokenCount
      return try roomier.compose(material, for: backend)
    }
    composed.prompt = try objection.added(to: composed.prompt)
    return composed
  }
}
