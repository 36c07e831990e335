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
      AsyncThrowingStream { pieces in
        let task = Task {
          do {
            _ = try await transport.post(
              format.request(for: prompt), to: format.path, hiding: prompt.user,
              into: ChatReceiver<Format>(
                transport.subject, answerByteCount: transport.options.answerByteCount,
                answerTokenCount: format.options.answerTokenCount,
                message: ServiceMessage(key: transport.key, privateText: prompt.user),
                pieces: pieces))
          } catch {
            pieces.finish(throwing: error)
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
