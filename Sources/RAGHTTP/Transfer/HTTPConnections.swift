#if HTTP
  import AsyncHTTPClient
  import NIOCore

  /// The connections to a service, closed when nobody uses them any more.
  final class HTTPConnections: Sendable, CustomReflectable {
    let client: HTTPClient

    /// Takes bounded options.
    init(_ options: HTTPOptions) {
      var configuration = HTTPClient.Configuration(
        // A redirect could take the key and the prompt to another host.
        redirectConfiguration: .disallow,
        timeout: .init(
          connect: .nanoseconds(
            options.connectTimeout.components.seconds * 1_000_000_000
              + options.connectTimeout.components.attoseconds / 1_000_000_000)))
      // Ending an answer closes its connection.
      configuration.httpVersion = .http1Only
      // Attempts are counted, spaced and reported by the transport.
      configuration.connectionPool.retryConnectionEstablishment = false
      client = HTTPClient(configuration: configuration)
    }

    /// Nothing, as what is on its way holds keys and prompts.
    var customMirror: Mirror { Mirror(self, children: [:]) }

    deinit {
      // The client keeps itself alive until it is shut down.
      client.shutdown { _ in }
    }
  }
#endif
