#if HTTP
  public import RAGCore

  /// A model of Ollama, by Ollama's own API, which unlike its OpenAI-compatible one is told how
  /// large the context shall be.
  public struct OllamaBackend: ChatBackend {
    /// The model's name.
    public let name: String
    /// The most tokens that prompt and answer may have together.
    public let contextTokenCount: Int
    /// Counts tokens as the model does, or from above.
    public let tokenCounter: any TokenCounter

    private let chat: ChatClient<OllamaChat>

    /// Makes a backend; nothing is sent yet.
    ///
    /// - `url`: what comes before `/api/chat`; a `/v1` at its end, of the other API, is left out.
    /// - `key`: sent as a bearer token, for an Ollama behind a gateway.
    /// - `contextTokenCount`: also what Ollama makes room for.
    ///
    /// - Throws: ``RAGError`` `invalidInput` for a URL or options that cannot be used.
    public init(
      url: String = "http://localhost:11434", model: String, key: APIKey? = nil,
      contextTokenCount: Int, tokenCounter: any TokenCounter,
      generation: GenerationOptions = GenerationOptions(), options: HTTPOptions = HTTPOptions()
    ) throws {
      chat = try ChatClient(
        HTTPTransport(model, url: url, key: key, options: options),
        OllamaChat(model: model, options: generation, contextTokenCount: contextTokenCount))
      name = model
      self.contextTokenCount = contextTokenCount
      self.tokenCounter = tokenCounter
    }

    /// The answer as it is generated. The stream throws ``RAGError``; text that came before an
    /// error is not a whole answer.
    public func generate(_ prompt: ModelPrompt) -> AsyncThrowingStream<String, any Error> {
      chat.generate(prompt)
    }

    /// The next turn of a conversation, its text as it is generated and its calls at its end.
    public func respond(
      to messages: [ChatMessage], tools: [ModelTool]
    ) -> AsyncThrowingStream<ChatOutput, any Error> {
      chat.respond(to: messages, tools: tools)
    }
  }
#endif
