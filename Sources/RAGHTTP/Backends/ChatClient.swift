#if HTTP
  import RAGCore

  /// A model behind HTTP, in one of the formats.
  struct ChatClient<Format: ChatFormat>: Sendable {
    let transport: HTTPTransport
    let format: Format

    /// - Throws: ``RAGError`` when no request can be made with these options.
    init(_ transport: HTTPTransport, _ format: Format) throws {
      self.transport = transport
      self.format = format
      _ = try format.request(for: ModelPrompt(system: "", user: ""))
    }

    func generate(_ prompt: ModelPrompt) -> AsyncThrowingStream<String, any Error> {
      stream({ ChatTurn(prompt) }) { output in
        // No tool is offered, so a call is an error.
        if case .text(let text) = output { text } else { nil }
      }
    }

    func respond(
      to messages: [ChatMessage], tools: [ModelTool]
    ) -> AsyncThrowingStream<ChatOutput, any Error> {
      stream({ try ChatTurn(messages, tools: tools) }) { $0 }
    }

    private func stream<Piece>(
      _ turn: @escaping @Sendable () throws -> ChatTurn,
      _ piece: @escaping @Sendable (ChatOutput) -> Piece?
    ) -> AsyncThrowingStream<Piece, any Error> {
      AsyncThrowingStream { pieces in
        let task = Task {
          do {
            let turn = try turn()
            let privateText = turn.privateText
            _ = try await transport.post(
              format.request(for: turn), to: format.path, isAtRoot: Format.isAtRoot,
              hiding: privateText,
              into: ChatReceiver<Format>(
                transport.subject, answerByteCount: transport.options.answerByteCount,
                answerTokenCount: format.options.answerTokenCount,
                message: ServiceMessage(key: transport.key, privateText: privateText),
                tools: turn.tools, give: { if let piece = piece($0) { pieces.yield(piece) } },
                end: { pieces.finish() }))
          } catch {
            // Whoever cancels reads no more: that ends the answer without an error.
            pieces.finish(throwing: Task.isCancelled ? nil : error)
          }
        }
        pieces.onTermination = { reason in
          // After a whole answer the task makes the connection ready for the next.
          if case .cancelled = reason { task.cancel() }
        }
      }
    }
  }
#endif
