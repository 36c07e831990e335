#if HTTP
  import Foundation
  import NIOCore
  import NIOPosix
  import NIOSSL
  import RAGCore
  import Testing

  @testable import RAGHTTP

  @Suite("A service behind TLS")
  struct TLSTests {
    private static let openssl = "/usr/bin/openssl"

    @Test(
      "whose certificate is not trusted is not asked again, and the error says what to do",
      .enabled(
        if: FileManager.default.isExecutableFile(atPath: openssl),
        "openssl is not installed, which makes the certificate"))
    func distrusted() async throws {
      let (certificate, key) = try Self.certificate()
      let server = try await TLSServer(
        NIOSSLContext(
          configuration: .makeServerConfiguration(
            certificateChain: [.certificate(certificate)], privateKey: .privateKey(key))))
      try await check(server, says: ["the certificate of the model tiny", "is not trusted"])
    }

    @Test("that speaks none says to check the URL")
    func plain() async throws {
      try await check(TLSServer(nil), says: ["does not speak TLS", "http://"])
    }

    private func check(_ server: TLSServer, says words: [String]) async throws {
      let pauses = Pauses()
      let backend = try OpenAIBackend(
        url: "https://127.0.0.1:\(server.port)/v1", model: "tiny", contextTokenCount: 10,
        tokenCounter: CharacterCounter(), options: pauses.options())
      let (error, pieces) = await failure(backend)
      #expect(error?.code == .io)
      let text = "\(try #require(error))"
      for word in words { #expect(text.contains(word), "\(text)") }
      // Nothing of the library that fails: neither names nor paths of its source.
      for word in ["NIO", "boringssl", ".c:", ".cc", "attempts"] {
        #expect(!text.contains(word), "\(text)")
      }
      #expect(pieces.isEmpty)
      #expect(pauses.all.isEmpty)
      #expect(server.connectionCount == 1)
      try await server.close()
    }

    /// A certificate that is signed by itself, and its key.
    private static func certificate() throws -> (NIOSSLCertificate, NIOSSLPrivateKey) {
      let folder = FileManager.default.temporaryDirectory.appending(path: "rag-\(UUID())")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: openssl)
      process.arguments = [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
        folder.path + "/key.pem", "-out", folder.path + "/certificate.pem",
      ]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      return (
        try #require(NIOSSLCertificate.fromPEMFile(folder.path + "/certificate.pem").first),
        try NIOSSLPrivateKey(file: folder.path + "/key.pem", format: .pem)
      )
    }
  }

  /// A server that takes connections, with TLS or without, and says nothing of its own accord.
  private final class TLSServer: Sendable {
    private let channel: any Channel
    private let accepted = Locked(0)

    var port: Int { channel.localAddress?.port ?? 0 }
    var connectionCount: Int { accepted.withLock { $0 } }

    init(_ context: NIOSSLContext?) async throws {
      channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { [accepted] channel in
          accepted.withLock { $0 += 1 }
          return channel.eventLoop.makeCompletedFuture {
            if let context {
              try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
            } else {
              try channel.pipeline.syncOperations.addHandler(PlainAnswer())
            }
          }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    }

    func close() async throws { try await channel.close() }
  }

  /// Answers whatever comes as a server of plain HTTP would.
  private final class PlainAnswer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let answer = ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
      context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
    }
  }
#endif
