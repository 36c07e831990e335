#if HTTP
  import Foundation
  import Hummingbird
  import NIOCore
  import RAGCore

  /// What a request said.
  struct ReceivedRequest: Sendable {
    var path: String
    /// Names in lower case.
    var fields: [String: String]
    var body: String
    /// The same for all requests of one connection.
    var clientPort: Int?
  }

  /// A context that knows from which port a request came.
  private struct PortContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let clientPort: Int?

    init(source: ApplicationRequestContextSource) {
      coreContext = CoreRequestContextStorage(source: source)
      clientPort = source.channel.remoteAddress?.port
    }
  }

  /// How the server answers a request.
  struct ScriptedReply: Sendable {
    enum Step: Sendable {
      case send(String)
      /// Waits until the client closes the connection.
      case stall
      /// Closes the connection.
      case cut
      /// Sends the same until the client closes the connection.
      case endless(String)
    }

    var status = 200
    var fields = ["content-type": "text/event-stream"]
    /// Sends nothing at all, until the client closes the connection.
    var isSilent = false
    var steps: [Step] = []

    static func events(_ data: String..., then steps: [Step] = []) -> ScriptedReply {
      ScriptedReply(steps: data.map { .send("data: \($0)\n\n") } + steps)
    }

    static func json(_ status: Int = 200, _ body: String, _ fields: [String: String] = [:])
      -> ScriptedReply
    {
      ScriptedReply(
        status: status, fields: ["content-type": "application/json"].merging(fields) { $1 },
        steps: [.send(body)])
    }
  }

  /// What one test wants of the server, and what the server saw.
  final class Script: Sendable {
    let reply: @Sendable (Int, ReceivedRequest) -> ScriptedReply
    private let received = Locked<[ReceivedRequest]>([])
    private let arrivals = AsyncStream.makeStream(of: Void.self)
    private let closures = AsyncStream.makeStream(of: Void.self)

    var requests: [ReceivedRequest] { received.withLock { $0 } }

    init(_ reply: @escaping @Sendable (Int, ReceivedRequest) -> ScriptedReply) {
      self.reply = reply
    }

    /// The replies in turn; the last for all that follow.
    convenience init(_ replies: ScriptedReply...) {
      self.init { count, _ in replies[min(count, replies.count - 1)] }
    }

    /// Waits for the next request.
    func arrived() async { for await _ in arrivals.stream { break } }

    /// Waits until a client has closed a connection in the middle of a reply.
    func closed() async { for await _ in closures.stream { break } }

    fileprivate func next(_ request: ReceivedRequest) -> ScriptedReply {
      let count = received.withLock {
        $0.append(request)
        return $0.count - 1
      }
      defer { arrivals.continuation.yield() }
      return reply(count, request)
    }

    fileprivate func noteClosed() { closures.continuation.yield() }
  }

  /// A server on loopback, shared by all tests, that answers as the script of each says.
  actor LoopbackServer {
    private struct Cut: Error {}

    private static let shared = LoopbackServer()
    private var port: Task<Int, any Error>?
    private let scripts = Locked<[String: Script]>([:])

    /// Where a script is played.
    static func url(_ script: Script) async throws -> String {
      let name = UUID().uuidString
      shared.scripts.withLock { $0[name] = script }
      return "http://127.0.0.1:\(try await shared.start())/\(name)"
    }

    private func start() async throws -> Int {
      if let port { return try await port.value }
      let (ports, found) = AsyncStream.makeStream(of: Int.self)
      let scripts = scripts
      let responder = CallbackResponder<PortContext> { request, context in
        let name = request.uri.path.split(separator: "/").first.map(String.init) ?? ""
        guard let script = scripts.withLock({ $0[name] }) else { return Response(status: .gone) }
        return try await Self.respond(
          to: request, from: context.clientPort, script, skipping: name.count + 1)
      }
      let application = Application(
        responder: responder, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { channel in
          if let port = channel.localAddress?.port { found.yield(port) }
        })
      // Runs as long as the tests.
      Task { try await application.run() }
      let port = Task {
        for await port in ports { return port }
        throw RAGError(.io, "the server does not start")
      }
      self.port = port
      return try await port.value
    }

    private static func respond(
      to request: Request, from port: Int?, _ script: Script, skipping prefixLength: Int
    ) async throws -> Response {
      var request = request
      let body = try await request.collectBody(upTo: 64 << 20)
      let fields = request.headers.map { ($0.name.canonicalName, $0.value) }
      let reply = script.next(
        ReceivedRequest(
          path: String(request.uri.path.dropFirst(prefixLength)),
          fields: Dictionary(fields) { first, _ in first }, body: String(buffer: body),
          clientPort: port))
      if reply.isSilent { try await stall(request, script) }
      var headers = HTTPFields()
      for (name, value) in reply.fields {
        if let name = HTTPFields.Element.Name(name) { headers[name] = value }
      }
      let source = request
      return Response(
        status: .init(code: reply.status), headers: headers,
        body: ResponseBody { writer in
          for step in reply.steps {
            switch step {
            case .send(let text): try await writer.write(ByteBuffer(string: text))
            case .cut: throw Cut()
            case .stall: try await stall(source, script)
            case .endless(let text):
              let bytes = ByteBuffer(string: text)
              do {
                while true { try await writer.write(bytes) }
              } catch {
                script.noteClosed()
                throw error
              }
            }
          }
          try await writer.finish(nil)
        })
    }

    private static func stall(_ request: Request, _ script: Script) async throws {
      let (never, continuation) = AsyncStream.makeStream(of: Void.self)
      defer { script.noteClosed() }
      try await request.body.consumeWithCancellationOnInboundClose { _ in
        for await _ in never {}
      }
      continuation.finish()
    }
  }
#endif
