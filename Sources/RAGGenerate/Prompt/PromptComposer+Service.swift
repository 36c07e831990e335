public import RAGCore

extension PromptComposer {
  /// The prompt for a backend, whose service counts its tokens where only an estimate is at hand and
  /// something found no room: then as much goes in as really fits.
  ///
  /// The service is asked three times at most.
  /// - Throws: ``RAGError`` of code `limitExceeded` when rules, question and the first words of
  ///   a source do not fit; what the service's count throws.
  public func composeCounted(
    _ material: PromptMaterial, for backend: any ModelBackend
  ) async throws -> ComposedPrompt {
    let estimated = try compose(material, for: backend)
    guard !backend.tokenCounter.isExact, estimated.isShortened,
      var best = try await counted(estimated, by: backend)
    else { return estimated }
    let budget = backend.contextTokenCount - reservedAnswerTokenCount
    // What is estimated of the next prompt is about as much too high.
    var share = Double(best.tokenCount) / Double(max(estimated.tokenCount, 1))
    for _ in 0..<2 {
      let room = Double(budget) / (share * 1.02)
      guard room > Double(budget), room < 1e9 else { return best }
      let roomier = try compose(
        material, contextTokenCount: Int(room) + reservedAnswerTokenCount,
        tokenCounter: backend.tokenCounter)
      guard let next = try await counted(roomier, by: backend) else { return best }
      if next.tokenCount <= budget {
        best = next
        return best
      }
      share = Double(next.tokenCount) / Double(max(roomier.tokenCount, 1))
    }
    return best
  }

  /// A prompt with the tokens that the service counts; nil where it does not.
  private func counted(
    _ composed: ComposedPrompt, by backend: any ModelBackend
  ) async throws -> ComposedPrompt? {
    guard let count = try await backend.tokenCount(of: composed.prompt) else { return nil }
    var counted = composed
    counted.contextTokenCount = backend.contextTokenCount
    counted.tokenCount = count + PromptFitting.templateTokenCount
    counted.accounts = composed.accounts.scaled(
      to: counted.tokenCount, contextTokenCount: counted.contextTokenCount)
    return counted
  }
}

extension ComposedPrompt {
  /// Whether something found no room.
  fileprivate var isShortened: Bool {
    omittedSourceCount + omittedExampleCount + omittedTurnCount > 0
      || sources.contains(where: \.isCut)
  }
}

extension TokenAccounts {
  /// The same parts of another number of tokens.
  fileprivate func scaled(to total: Int, contextTokenCount: Int) -> TokenAccounts {
    let share = Double(total) / Double(max(prompt, 1))
    func scaled(_ count: Int) -> Int { Int(Double(count) * share) }
    var accounts = self
    accounts.examples = examples.map(scaled)
    accounts.history = history.map(scaled)
    accounts.sources = sources.map(scaled)
    accounts.question = scaled(question)
    accounts.rules = 0
    accounts.rules = total - accounts.prompt
    accounts.free = contextTokenCount - reservedAnswer - total
    return accounts
  }
}
