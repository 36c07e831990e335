#if HTTP
  import AsyncHTTPClient
  import NIOCore
  import NIOHTTP1
  import RAGCore

  /// Sends requests to a service, again where that may help, and hands over what comes back.
  struct HTTPTransport: Sendable {
    /// How the key is sent.
    enum KeyField: Sendable {
      case bearer
      case named(String)
    }

    /// A request that failed.
    struct Failure: Error {
      var error: RAGError
      /// Whether the same request may fare better later.
      var isTransient: Bool
      /// Whether the service answers, but does not have what was asked for.
      var isOtherAPI = false
      var retryAfter: Duration?
    }

    /// The service's name in errors.
    let subject: String
    let url: ServiceURL
    let key: APIKey?
    let keyField: KeyField
    /// More header fields that the service wants.
    let fields: [String: String]
    let options: HTTPOptions
    private let connections: HTTPConnections

    /// - Throws: ``RAGError`` `invalidInput` for a URL that is none, or one to which the key must
    ///   not go.
    init(
      _ what: String, url: String, key: APIKey?, keyField: KeyField = .bearer,
      fields: [String: String] = [:], options: HTTPOptions
    ) throws {
      self.url = try ServiceURL(url)
      try self.url.check(key)
      self.key = key
      self.keyField = keyField
      self.fields = fields
      self.options = options.bounded
      subject = "the model \(what) at \(self.url)"
      connections = HTTPConnections(self.options)
    }

    /// Sends a request until an answer begins, and gives the answer to a copy of `receiver`.
    ///
    /// - Throws: ``RAGError``: `limitExceeded` for time or size, `notFound` for a model or path
    ///   that the service does not know, `io` for connections, `backend`, `cancelled`.
    func post<Receiver: ResponseReceiver>(
      _ body: [UInt8], to path: String, isAtRoot: Bool = false, hiding privateText: String,
      into receiver: Receiver
    ) async throws -> Receiver {
      do {
        return try await attempt(
          body, to: url.address(of: path, isAtRoot: isAtRoot), hiding: privateText, into: receiver)
      } catch let failure as Failure {
        throw failure.error
      }
    }

    /// The same for a whole URL that the service may not have.
    ///
    /// - Throws: ``RAGError``, or a ``Failure`` that cannot be mended by another attempt.
    func attempt<Receiver: ResponseReceiver>(
      _ body: [UInt8], to url: String, hiding privateText: String, into receiver: Receiver
    ) async throws -> Receiver {
      do {
        return try await TimeLimits.run(subject, options: options) { limits in
          try await attempts(
            body, to: url, ServiceMessage(key: key, privateText: privateText), receiver, limits)
        }
      } catch let error where error is RAGError || error is Failure {
        throw error
      } catch {
        // The client says so too of a body that ends too early.
        guard Task.isCancelled else { throw failure(of: error).error }
        throw RAGError(.cancelled, "the request to \(subject) was cancelled")
      }
    }

    private func attempts<Receiver: ResponseReceiver>(
      _ body: [UInt8], to url: String, _ message: ServiceMessage, _ receiver: Receiver,
      _ limits: TimeLimits
    ) async throws -> Receiver {
      var attempt = 1
      while true {
        var current = receiver
        do {
          try await send(body, to: url, message, into: &current, limits)
          return current
        } catch let failure as Failure {
          guard failure.isTransient, !current.hasDelivered else { throw failure }
          guard attempt < options.attemptCount else { throw exhausted(failure, attempt) }
          guard
            let delay = RetryDelay.delay(
              afterAttempt: attempt, requested: failure.retryAfter, jitter: .random(in: 0..<1),
              options: options)
          else { throw tooLong(failure) }
          limits.note(failure.error)
          limits.begin(.other)
          try await options.pause(delay)
          attempt += 1
        }
      }
    }

    private func exhausted(_ failure: Failure, _ attempts: Int) -> RAGError {
      var error = failure.error
      if attempts > 1 { error.message += " (\(attempts) attempts)" }
      return error
    }

    private func tooLong(_ failure: Failure) -> RAGError {
      var error = failure.error
      if let seconds = failure.retryAfter?.components.seconds {
        error.message +=
          " (it asks to wait \(seconds) s, longer than HTTPOptions.maximumRetryDelay)"
      }
      return error
    }

    /// One attempt.
    private func send(
      _ body: [UInt8], to url: String, _ message: ServiceMessage,
      into receiver: inout some ResponseReceiver, _ limits: TimeLimits
    ) async throws {
      limits.begin(.firstByte)
      let response: HTTPClientResponse
      do {
        response = try await connections.client.execute(
          request(body, to: url, accepting: receiver.contentType), deadline: .distantFuture)
      } catch {
        try Task.checkCancellation()
        throw failure(of: error)
      }
      guard response.status == .ok else {
        throw await failure(of: response, message, limits)
      }
      let type = response.headers.first(name: "content-type") ?? ""
      guard Self.mediaType(type) == receiver.contentType else {
        limits.begin(.nextPiece)
        throw Failure(
          error: RAGError(
            .backend,
            "\(subject) answered with \(message.text(type.isEmpty ? "no content type" : type)) "
              + "instead of \(receiver.contentType); check that the URL is that of this API"
              + quote(try await beginning(of: response), message)), isTransient: false,
          isOtherAPI: true)
      }
      try await receive(response, into: &receiver, limits)
    }

    private func receive(
      _ response: HTTPClientResponse, into receiver: inout some ResponseReceiver,
      _ limits: TimeLimits
    ) async throws {
      var byteCount = 0
      var body = response.body.makeAsyncIterator()
      while let bytes = try await next(&body) {
        limits.begin(.nextPiece)
        byteCount += bytes.readableBytes
        guard byteCount <= options.responseByteCount else {
          throw RAGError(
            .limitExceeded,
            "\(subject) sent more than \(options.responseByteCount) bytes "
              + "(HTTPOptions.responseByteCount) and was stopped")
        }
        if try receiver.receive(Array(bytes.readableBytesView)) {
          await drain(&body)
          return
        }
      }
      do {
        try receiver.finish()
      } catch let error as RAGError where error.code == .io {
        throw Failure(error: error, isTransient: true)
      }
    }

    private func next(
      _ body: inout HTTPClientResponse.Body.AsyncIterator
    ) async throws -> ByteBuffer? {
      do {
        let bytes = try await body.next()
        try Task.checkCancellation()
        return bytes
      } catch {
        try Task.checkCancellation()
        throw failure(of: error)
      }
    }

    /// Reads the few bytes behind an answer, after which the connection can be used again.
    private func drain(_ body: inout HTTPClientResponse.Body.AsyncIterator) async {
      var left = 4096
      while left > 0, let bytes = try? await body.next() { left -= bytes.readableBytes }
    }
  }
#endif
