#if HTTP
  import RAGCore

  /// Asks a service how many tokens a prompt has, in the way that it answers to.
  final class TokenCountClient: Sendable {
    private enum Way {
      case unknown
      case found(TokenCountFormat)
      case none
    }

    private let transport: HTTPTransport
    private let formats: [TokenCountFormat]
    private let way = Locked(Way.unknown)

    /// Tries the formats in this order, once.
    init(_ transport: HTTPTransport, _ formats: [TokenCountFormat]) {
      self.transport = transport
      self.formats = formats
    }

    /// The tokens of a prompt; nil where the service has none of the ways. What the service has is
    /// found out by the first count; others that begin before its end find it out, too.
    ///
    /// - Throws: ``RAGError`` as the transport; `backend` for a service that does not answer any
    ///   more as it did.
    func tokenCount(of prompt: ModelPrompt) async throws -> Int? {
      switch way.withLock({ $0 }) {
      case .none: return nil
      case .found(let format):
        do {
          if let count = try await count(prompt, format) { return count }
        } catch let failure as HTTPTransport.Failure {
          throw failure.error
        }
        throw RAGError(
          .backend, "\(transport.subject) does not count tokens any more as it did; see its log")
      case .unknown:
        for format in formats {
          do {
            guard let count = try await count(prompt, format) else { continue }
            way.withLock { $0 = .found(format) }
            return count
          } catch let failure as HTTPTransport.Failure {
            guard failure.isOtherAPI else { throw failure.error }
          }
        }
        way.withLock { $0 = .none }
        return nil
      }
    }

    /// The count; nil in an answer of another form.
    private func count(_ prompt: ModelPrompt, _ format: TokenCountFormat) async throws -> Int? {
      let response = try await transport.attempt(
        format.request(prompt), to: transport.url.address(of: format.path, isAtRoot: true),
        hiding: prompt.user, into: BodyReceiver())
      return format.count(response.bytes, prompt)
    }
  }
#endif
