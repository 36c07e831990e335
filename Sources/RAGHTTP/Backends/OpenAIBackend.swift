#if HTTP
  public import RAGCore

  /// A model behind the chat completions API of OpenAI, which llama.cpp's server, Ollama, vLLM
  /// and most hosted services speak.
  public struct OpenAIBackend: ModelBackend {
    /// The model's name.
    public let name: String
    /// The most tokens that prompt and answer may have together.
    public let contextTokenCount: Int
    /// Counts tokens as the model does, or from above.
    public let tokenCounter: any TokenCounter

    private let chat: ChatClient<OpenAIChat>

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
