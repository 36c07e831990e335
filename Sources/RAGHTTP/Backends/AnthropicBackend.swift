#if HTTP
  public import RAGCore

  /// A model behind Anthropic's messages API.
  public struct AnthropicBackend: ChatBackend {
    /// The model's name.
    public let name: String
    /// The most tokens that prompt and answer may have together.
    public let contextTokenCount: Int
    /// Counts tokens as the model does, or from above.
    public let tokenCounter: any TokenCounter

    private let chat: ChatClient<AnthropicChat>
    private let counting: TokenCountClient

    /// Makes a backend; nothing is sent yet.
    ///
    /// - `url`: what comes before `/v1/messages`; a `/v1` at its end is that of the path.
    /// - `key`: sent as `x-api-key`, and to another machine only over https.
    /// - `generation`: where it names no limit of tokens, an answer has at most 4,096.
    ///
    /// - Throws: ``RAGError`` `invalidInput` for a URL or options that cannot be used;
    ///   `unsupported` for JSON without a schema, which the API does not have.
    public init(
      url: String = "https://api.anthropic.com", model: String, key: APIKey?,
      contextTokenCount: Int, tokenCounter: any TokenCounter,
      generation: GenerationOptions = GenerationOptions(), options: HTTPOptions = HTTPOptions()
    ) throws {
      let transport = try HTTPTransport(
        model, url: url, key: key, keyField: .named("x-api-key"),
        fields: ["anthropic-version": "2023-06-01"], options: options)
      let format = AnthropicChat(model: model, options: generation)
      chat = try ChatClient(transport, format)
      counting = TokenCountClient(transport, [.anthropic(format)])
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

    /// The tokens of a prompt as the service counts them; nil where it does not, as some that
    /// stand in for Anthropic's.
    public func tokenCount(of prompt: ModelPrompt) async throws -> Int? {
      try await counting.tokenCount(of: prompt)
    }
  }
#endif
