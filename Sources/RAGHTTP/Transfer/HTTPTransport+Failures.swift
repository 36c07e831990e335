#if HTTP
  import AsyncHTTPClient
  import Foundation
  import NIOCore
  import NIOHTTP1
  import NIOPosix
  import NIOSSL
  import RAGCore

  extension HTTPTransport {
    /// Bytes of a response that are read for what it says about an error.
    private static var messageByteCount: Int { 64 << 10 }
    /// The last is what Anthropic says when it has too much to do.
    private static var transientStatuses: Set<UInt> { [429, 500, 502, 503, 504, 529] }

    /// The failure of a request that was refused, with what the service says about it.
    func failure(
      of response: HTTPClientResponse, _ message: ServiceMessage, _ limits: TimeLimits
    ) async -> Failure {
      limits.begin(.nextPiece)
      let status = response.status.code
      // What it says is a courtesy: without it the status is enough.
      let said = quote((try? await beginning(of: response)) ?? [], message)
      let (code, text): (RAGError.Code, String) =
        switch status {
        case 401, 403:
          (
            .backend,
            key.map { "\(subject) refuses the \($0) (\(status)); check it" }
              ?? "\(subject) wants a key (\(status)); give one"
          )
        case 404, 410:
          (.notFound, "\(subject) is not there (\(status)); check the model's name and the URL")
        case 413: (.backend, "the request is too large for \(subject) (\(status))")
        case 429:
          (.backend, "\(subject) has too many requests (\(status)); try again later")
        case 300..<400:
          (
            .backend,
            "\(subject) points elsewhere (\(status)), which is not followed; give the URL it "
              + "leads to"
          )
        case 500...: (.backend, "\(subject) failed (\(status)); see its log, or try again later")
        default: (.backend, "\(subject) does not take the request (\(status))")
        }
      return Failure(
        error: RAGError(code, text + said), isTransient: Self.transientStatuses.contains(status),
        isOtherAPI: Self.isOtherAPI(status),
        retryAfter: response.headers.first(name: "retry-after").flatMap {
          RetryDelay.requested($0, now: Date())
        })
    }

    /// Whether a service says so that it does not know a path or what is sent there, or keeps it
    /// to itself; a key that is wrong, a body that is too large or too much haste are no such case.
    private static func isOtherAPI(_ status: UInt) -> Bool {
      (300..<500).contains(status) && ![401, 408, 413, 429].contains(status) || status == 501
    }

    /// The failure of a connection.
    func failure(of error: any Error) -> Failure {
      switch error {
      case let error as HTTPClientError where error == .connectTimeout:
        return Failure(
          error: RAGError(
            .limitExceeded,
            "\(subject) does not answer: no connection within \(options.connectTimeout) "
              + "(HTTPOptions.connectTimeout); check the URL and that the service runs"),
          isTransient: true)
      case let error as NIOConnectionError where error.connectionErrors.isEmpty:
        return Failure(
          error: RAGError(.io, "\(subject) is not found: nobody knows its host; check the URL"),
          isTransient: true)
      case let error as NIOConnectionError
      where error.connectionErrors.allSatisfy({ Self.number($0.error) == ECONNREFUSED }):
        return refused
      case let error as HTTPClientError where error == .remoteConnectionClosed:
        return closed
      case HTTPParserError.invalidEOFState, ChannelError.eof, ChannelError.ioOnClosedChannel:
        return closed
      case is IOError where Self.number(error) == ECONNREFUSED:
        // A host given by its address comes without the wrapping.
        return refused
      case is IOError where [ECONNRESET, EPIPE].contains(Self.number(error)):
        return closed
      case NIOSSLError.handshakeFailed(let reason): return noTLS(reason)
      case is NIOSSLError, is NIOSSLExtraError: return distrusted("not for this host")
      case is HTTPParserError:
        return Failure(
          error: RAGError(
            .backend, "\(subject) does not speak HTTP; check the URL", cause: error),
          isTransient: false)
      default:
        return Failure(
          error: RAGError(.io, "the connection to \(subject) failed", cause: error),
          isTransient: true)
      }
    }

    private static func number(_ error: any Error) -> Int32? { (error as? IOError)?.errnoCode }

    /// The failure of a handshake, without what the library says of it, which holds paths of its
    /// source.
    private func noTLS(_ reason: BoringSSLError) -> Failure {
      if "\(reason)".contains("CERTIFICATE_VERIFY_FAILED") {
        return distrusted("signed by itself or by an authority that is not known here, or expired")
      }
      return Failure(
        error: RAGError(
          .io, "\(subject) does not speak TLS as this does; check whether the URL is http://"),
        isTransient: false)
    }

    /// The failure where the certificate does not prove who answers.
    private func distrusted(_ why: String) -> Failure {
      Failure(
        error: RAGError(
          .io,
          "the certificate of \(subject) is not trusted: it is \(why); check the URL, or add the "
            + "certificate's authority to those of the system (update-ca-certificates)"),
        isTransient: false)
    }

    private var refused: Failure {
      Failure(
        error: RAGError(
          .io, "\(subject) does not run: nothing listens there; start it, or check the URL"),
        isTransient: true)
    }

    private var closed: Failure {
      Failure(
        error: RAGError(
          .io, "\(subject) closed the connection before its answer was whole; see its log"),
        isTransient: true)
    }

    /// The first bytes of a body.
    func beginning(of response: HTTPClientResponse) async throws -> [UInt8] {
      var bytes: [UInt8] = []
      for try await piece in response.body {
        bytes.append(contentsOf: piece.readableBytesView)
        guard bytes.count < Self.messageByteCount else { break }
      }
      return Array(bytes.prefix(Self.messageByteCount))
    }

    /// What the service says, to put behind an error.
    func quote(_ body: [UInt8], _ message: ServiceMessage) -> String {
      let text = message.text(of: body)
      return text.isEmpty ? "" : ": \(text)"
    }
  }
#endif
