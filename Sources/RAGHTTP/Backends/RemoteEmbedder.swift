#if HTTP
  public import RAGCore

  /// An embedding model behind the embeddings API of OpenAI, which llama.cpp's server, Ollama,
  /// vLLM and most hosted services speak.
  ///
  /// A service does not tell when its model changes: its fingerprint is only where and what the
  /// model is called.
  public struct RemoteEmbedder: Embedder {
    /// Names the service's host, the model, the length of its vectors and the prefixes.
    public let fingerprint: String
    /// The model's name.
    public let name: String
    /// The length of every vector.
    public let dimension: Int
    /// The most tokens a passage may have, its prefix already taken off.
    public let maximumTokenCount: Int
    /// Counts tokens as the model does, or from above.
    public let tokenCounter: any TokenCounter

    /// Texts of one request.
    private static let batchTextCount = 64

    private let transport: HTTPTransport
    private let queryPrefix: String
    private let passagePrefix: String

    /// Makes an embedder whose vectors are known to have a length; nothing is sent yet.
    ///
    /// - `url`: what comes before `/embeddings`, such as `http://localhost:8080/v1`.
    /// - `key`: sent as a bearer token, and to another machine only over https.
    /// - `maximumTokenCount`: the most tokens that the model reads; services cut in silence.
    /// - `queryPrefix`: what the model wants before a query.
    /// - `passagePrefix`: what the model wants before a passage.
    ///
    /// - Throws: ``RAGError`` `invalidInput` for what cannot be used.
    public init(
      url: String, model: String, key: APIKey? = nil, dimension: Int, maximumTokenCount: Int,
      tokenCounter: any TokenCounter, queryPrefix: String = "", passagePrefix: String = "",
      options: HTTPOptions = HTTPOptions()
    ) throws {
      guard dimension > 0 else {
        throw RAGError(.invalidInput, "vectors must have a length of at least 1")
      }
      transport = try HTTPTransport(model, url: url, key: key, options: options)
      name = model
      self.dimension = dimension
      self.maximumTokenCount =
        maximumTokenCount - (passagePrefix.isEmpty ? 0 : tokenCounter.tokenCount(of: passagePrefix))
      guard self.maximumTokenCount > 0 else {
        throw RAGError(.invalidInput, "the model must read more tokens than its prefix has")
      }
      self.tokenCounter = tokenCounter
      self.queryPrefix = queryPrefix
      self.passagePrefix = passagePrefix
      // Free text is quoted, so that no two embedders share a fingerprint.
      fingerprint =
        "remote;host=\(transport.url.host);model=\(model.debugDescription);dimension=\(dimension)"
        + ";query=\(queryPrefix.debugDescription);passage=\(passagePrefix.debugDescription)"
    }

    /// Makes an embedder of a service that is asked for one vector, to learn its length.
    ///
    /// - `url`: what comes before `/embeddings`, such as `http://localhost:8080/v1`.
    /// - `key`: sent as a bearer token, and to another machine only over https.
    /// - `maximumTokenCount`: the most tokens that the model reads; services cut in silence.
    /// - `queryPrefix`: what the model wants before a query.
    /// - `passagePrefix`: what the model wants before a passage.
    ///
    /// - Returns: An embedder of vectors of that length.
    /// - Throws: ``RAGError`` as ``embed(_:as:)``, and `invalidInput` for what cannot be used.
    public static func connect(
      url: String, model: String, key: APIKey? = nil, maximumTokenCount: Int,
      tokenCounter: any TokenCounter, queryPrefix: String = "", passagePrefix: String = "",
      options: HTTPOptions = HTTPOptions()
    ) async throws -> RemoteEmbedder {
      let transport = try HTTPTransport(model, url: url, key: key, options: options)
      let vector = try await request(["length"], model: model, transport)[0]
      return try RemoteEmbedder(
        url: url, model: model, key: key, dimension: vector.count,
        maximumTokenCount: maximumTokenCount, tokenCounter: tokenCounter,
        queryPrefix: queryPrefix, passagePrefix: passagePrefix, options: options)
    }

    /// One vector a text, in the order of the texts, as the service gives them.
    ///
    /// - Throws: ``RAGError``: `dimensionMismatch` for vectors of another length; `backend`, `io`,
    ///   `notFound` and `limitExceeded` for a service that does not answer as it should;
    ///   `cancelled`.
    public func embed(_ texts: [String], as role: EmbeddingRole) async throws -> [[Float]] {
      let prefix = role == .query ? queryPrefix : passagePrefix
      var vectors: [[Float]] = []
      vectors.reserveCapacity(texts.count)
      while vectors.count < texts.count {
        let batch = texts[vectors.count...].prefix(Self.batchTextCount).map { prefix + $0 }
        let part = try await Self.request(batch, model: name, transport)
        if let other = part.first(where: { $0.count != dimension }) {
          throw RAGError(
            .dimensionMismatch,
            "\(transport.subject) gives vectors of \(other.count) values, not of \(dimension)")
        }
        vectors += part
      }
      return vectors
    }

    /// The vectors of at least one text; as many as there are texts.
    private static func request(
      _ texts: [String], model: String, _ transport: HTTPTransport
    ) async throws -> [[Float]] {
      let text = texts.joined(separator: "\n")
      let response = try await transport.post(
        EmbeddingsFormat.request(texts, model: model), to: EmbeddingsFormat.path, hiding: text,
        into: BodyReceiver())
      return try EmbeddingsFormat.vectors(
        in: response.bytes, count: texts.count, from: transport.subject,
        ServiceMessage(key: transport.key, privateText: text))
    }
  }
#endif
