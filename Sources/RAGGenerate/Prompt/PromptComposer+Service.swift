public import RAGCore

extension PromptComposer {
  /// The prompt for a backend, whose service counts its tokens where only an estimate is at hand and
  /// something found no room: then as much goes in as really fits.
  ///
  /// The service is asked three times at most, and each count waited for as long as `duration`. One
  /// that fails, does not come in time or cannot be true is left out, which
  /// ``TokenAccounts/countProblem`` tells.
  /// - Throws: ``RAGError`` of code `limitExceeded` when rules, question and the first words of
  ///   a source do not fit; `cancelled` or `CancellationError`.
  public func composeCounted(
    _ material: PromptMaterial, for backend: any ModelBackend,
    waiting duration: Duration = .seconds(10)
  ) async throws -> ComposedPrompt {
    let estimated = try compose(material, for: backend)
    guard !backend.tokenCounter.isExact, estimated.isShortened else { return estimated }
    var best = estimated
    do {
      guard let counted = try await counted(estimated, by: backend, duration) else { return best }
      best = counted
      let budget = backend.contextTokenCount - reservedAnswerTokenCount
      // What is estimated of the next prompt is about as much too high.
      var share = Double(best.tokenCount) / Double(max(estimated.tokenCount, 1))
      for _ in 0..<2 {
        let room = Double(budget) / (share * 1.02)
        guard room > Double(budget), room < 1e9 else { return best }
        let roomier = try compose(
          material, contextTokenCount: Int(room) + reservedAnswerTokenCount,
          tokenCounter: backend.tokenCounter)
        guard let next = try await self.counted(roomier, by: backend, duration) else {
          return best
        }
        if next.tokenCount <= budget { return next }
        share = Double(next.tokenCount) / Double(max(roomier.tokenCount, 1))
      }
    } catch let error as UnusableCount {
      best.accounts.countProblem = error.reason
    }
    return best
  }

  /// A prompt with the tokens that the service counts; nil where it does not.
  /// - Throws: ``UnusableCount``, and what says that all was cancelled.
  private func counted(
    _ composed: ComposedPrompt, by backend: any ModelBackend, _ duration: Duration
  ) async throws -> ComposedPrompt? {
    let count: Int??
    do {
      count = try await withDeadline(.now + duration) {
        try await backend.tokenCount(of: composed.prompt)
      }
    } catch {
      try Task.checkCancellation()
      if error is CancellationError || (error as? RAGError)?.code == .cancelled { throw error }
      throw UnusableCount(reason: "\(error)")
    }
    guard let count else { throw UnusableCount(reason: "no count came in \(duration)") }
    guard let count else { return nil }
    guard count >= composed.prompt.leastTokenCount else {
      throw UnusableCount(reason: "\(count) tokens cannot be all of the prompt")
    }
    var counted = composed
    counted.contextTokenCount = backend.contextTokenCount
    counted.tokenCount = count + PromptFitting.templateTokenCount
    counted.accounts = composed.accounts.scaled(
      to: counted.tokenCount, contextTokenCount: counted.contextTokenCount)
    return counted
  }
}

/// Why a count is not used.
private struct UnusableCount: Error {
  let reason: String
}

extension ModelPrompt {
  /// Fewer tokens than any tokenizer makes of the prompt: vocabularies have longer words, but no
  /// text is made of these alone.
  fileprivate var leastTokenCount: Int {
    let visibleByteCount = [system, user].reduce(0) { count, text in
      count + text.utf8.count { $0 > 0x20 }
    }
    return visibleByteCount / 16
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
