import RAGCore

extension ModelPrompt {
  /// The prompt with the last attempts and what was wrong with them, as many as fit.
  func objecting<Proposal>(
    to attempts: [Attempt<Proposal>], fits: (ModelPrompt) -> Bool
  ) -> ModelPrompt {
    let fence = PromptFence()
    for omitted in attempts.indices {
      let blocks = attempts[omitted...].map { attempt in
        fence.block("attempt", attempt.answer) + "\n"
          + fence.block("problem", attempt.verdict.reason ?? "")
      }
      let prompt = ModelPrompt(
        system: system + "\n\n" + fence.rule,
        user: user + "\n\nThese answers of yours were rejected:\n\n"
          + blocks.joined(separator: "\n\n") + "\n\nAnswer again, without these problems.")
      if fits(prompt) { return prompt }
    }
    return self
  }
}
