#if HTTP
  @_exported public import RAGCore

  /// A model behind the chat completions API of OpenAI, which llama.cpp's server, Ollama, vLLM
  /// and most hosted services speak.
  public struct OpenAIBackend: ChatBackend {
    /// The model's name.
    public let name: String
    /// The most tokens that prompt and answer may have together.
    public let contextTokenCount: Int
    /// Counts tokens as the model does, or from above.
    public let tokenCounter: any TokenCounter

    private let chat: ChatClient<OpenAIChat>
    private let counting: TokenCountClient

    /// Makes a backend; nothing is sent yet.
    ///
    /// - `url`: what comes before `/chat/completions`, such as `http://localhost:8080/v1`.
    /// - `key`: sent as a bearer token, and to another machine only over https.
    ///
    /// - Throws: ``RAGError`` `invalidInput` for a URL or options that cannot be used.
    public init(
      url: String, model: String, key: APIKey? = nil, contextTokenCount: Int,
      tokenCounter: any TokenCounter, generation: GenerationOptions = GenerationOptions(),
      options: HTTPOptions = HTTPOptions()
    ) throws {
      let transport = try HTTPTransport(model, url: url, key: key, options: options)
      chat = try ChatClient(
        transport,
        OpenAIChat(
          model: model, options: generation,
          hasNewLimitName: transport.url.host == "api.openai.com"))
      counting = TokenCountClient(
        transport, [.llamaServer, .vLLM(model: model), .llamaPython(model: model)])
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

    /// The tokens of a prompt as llama.cpp's server, vLLM or llama-cpp-python count them; nil
    /// where the service is none of these, which the first call finds out.
    ///
    /// vLLM counts the messages. The others count the plain text: what the chat template puts
    /// around it comes on top (allow 16 tokens).
    public func tokenCount(of prompt: ModelPrompt) async throws -> Int? {
      try await counting.tokenCount(of: prompt)
    }
  }
#endif
