#if HTTP
  public import RAGCore

  /// A model behind Anthropic's messages API.
  public struct AnthropicBackend: ModelBackend {
    /// The model's name.
    public let name: String
    /// The most tokens that prompt and answer may have together.
    public let contextTokenCount: Int
    /// Counts tokens as the model does, or from above.
    public let tokenCounter: any TokenCounter

    private let chat: ChatClient<AnthropicChat>

    /// Makes a backend; nothing is sent yet.
    ///
    /// - `url`: what comes before `/v1/messages`.
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
      chat = try ChatClient(
        HTTPTransport(
          model, url: url, key: key, keyField: .named("x-api-key"),
          fields: ["anthropic-version": "2023-06-01"], options: options),
        AnthropicChat(model: model, options: generation))
      name = model
      self.contextTokenCount = contextTokenCount
      self.tokenCounter = tokenCounter
    }

    /// The answer as it is generated. The stream throws ``RAGError``; text that came before an
    /// error is not a whole answer.
    public func generate(_ prompt: ModelPrompt) -> AsyncThrowingStream<String, any Error> {
      chat.generate(prompt)
    }
  }
#endif
