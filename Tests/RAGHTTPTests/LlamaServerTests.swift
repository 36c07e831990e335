#if HTTP
  import Foundation
  import RAGCore
  import RAGEmbed
  import Testing

  @testable import RAGHTTP

  @Suite("A llama.cpp server")
  struct LlamaServerTests {
    @Test(
      "streams, keeps to JSON and to its limits, and stands a reader that goes",
      .enabled(if: LlamaServer.isThere, "tools/llama-server makes the server and its model"))
    func server() async throws {
      let server = try LlamaServer()
      defer { server.stop() }
      let url = try await server.url()
      func backend(_ generation: GenerationOptions) throws -> OpenAIBackend {
        try OpenAIBackend(
          url: url, model: "tiny", contextTokenCount: LlamaServer.contextTokenCount,
          tokenCounter: CharacterCounter(), generation: generation,
          options: Pauses().options())
      }
      let plain = try backend(GenerationOptions(temperature: 0))

      // A piece a token, and the same again.
      let answer = try await pieces(plain)
      #expect(answer.count > 1 && answer.allSatisfy { $0.count == 1 })
      #expect(try await pieces(plain) == answer)

      // The model has a token for each byte, and two before the first.
      #expect(try await plain.tokenCount(of: testPrompt) == 16)
      #expect(try await plain.tokenCount(of: ModelPrompt(system: "", user: "u")) == 3)

      // It takes a conversation with tools, of which the model knows nothing.
      let messages: [ChatMessage] = [
        .system("rules"), .user("question"),
        .assistant("", toolCalls: [ModelToolCall(id: "a", name: "search", arguments: "{}")]),
        .toolResult("answer", callID: "a"),
      ]
      let (outputs, error) = await turn(plain, messages)
      #expect(!outputs.isEmpty && (error == nil || error?.code == .limitExceeded), "\(outputs)")

      let json = try await pieces(backend(GenerationOptions(temperature: 0, format: .json)))
      let object = try JSONSerialization.jsonObject(with: Data(json.joined().utf8))
      #expect(object is [String: Any])

      let (cut, beginning) = await failure(
        try backend(GenerationOptions(answerTokenCount: 2, temperature: 0)))
      #expect(cut?.code == .limitExceeded)
      #expect(beginning == Array(answer.prefix(2)))

      // It answers a prompt beyond its context by closing the connection.
      var long = LongPrompt(backend: plain)
      long.tokenCount = 2 * LlamaServer.contextTokenCount
      let (overflow, none) = await failure(long)
      #expect(overflow?.code == .io && none.isEmpty)
      #expect(overflow?.message.contains("see its log") == true, "\(String(describing: overflow))")

      // Nobody reads on: the server is free for the next question.
      for try await _ in plain.generate(testPrompt) { break }
      #expect(try await pieces(plain) == answer)

      let (unknown, _) = await failure(
        try OpenAIBackend(
          url: url + "/nowhere", model: "tiny", contextTokenCount: 10,
          tokenCounter: CharacterCounter(), options: Pauses().options()))
      #expect(unknown?.code == .notFound)
    }
  }

  @Suite("A real model behind a llama.cpp server", .enabled(if: LlamaServer.hasRealModel))
  struct RealModelTests {
    @Test("answers, and its tokenizer.json counts prompts as the server does")
    func small() async throws {
      let server = try LlamaServer(model: LlamaServer.realModel, contextTokenCount: 2_048)
      defer { server.stop() }
      let counter = try ModelTokenCounter(path: LlamaServer.realTokenizer)
      let backend = try OpenAIBackend(
        url: try await server.url(), model: "tiny", contextTokenCount: 2_048,
        tokenCounter: counter,
        generation: GenerationOptions(answerTokenCount: 40, temperature: 0),
        options: Pauses().options())
      let texts = [
        "What is the capital of France?", "The year 2024 had 366 days: 1,234.5 and 007.",
        "数据库在提交时删除日志文件，对吗？", "let x = array[1] // Swift 🙂 👩‍👩‍👧\n\tif x > 0 { return }",
        "Ünïcödé e\u{301} ﬁne…   many   blanks\n\n\nand lines", "<|im_start|>user\nwho?<|im_end|>",
        "",
      ]
      for system in texts {
        for user in texts where !user.isEmpty {
          let text = system.isEmpty ? user : system + "\n" + user
          #expect(
            try await backend.tokenCount(of: ModelPrompt(system: system, user: user))
              == counter.tokenCount(of: text), "\(text)")
        }
      }
      var answer = ""
      do {
        let prompt = ModelPrompt(system: "Answer in one word.", user: texts[0])
        for try await piece in backend.generate(prompt) { answer += piece }
      } catch let error as RAGError where error.code == .limitExceeded {
        // It may go on and on.
      }
      #expect(answer.contains("Paris"))
    }
  }

  /// Asks with a prompt of its own length.
  private struct LongPrompt: ModelBackend {
    var backend: OpenAIBackend
    var tokenCount = 0

    var name: String { backend.name }
    var contextTokenCount: Int { backend.contextTokenCount }
    var tokenCounter: any TokenCounter { backend.tokenCounter }

    func generate(_ prompt: ModelPrompt) -> AsyncThrowingStream<String, any Error> {
      backend.generate(
        ModelPrompt(system: "", user: String(repeating: "a", count: tokenCount)))
    }
  }

  /// The server that `tools/llama-server` makes, on a port of its own.
  private final class LlamaServer {
    static let contextTokenCount = 512

    private static let directory: String = {
      let environment = ProcessInfo.processInfo.environment
      let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
      return cache + "/rag/peers/llama-server"
    }()

    /// Written when the server is there.
    private static var tinyModel: String { directory + "/tiny.gguf" }
    static var isThere: Bool { FileManager.default.fileExists(atPath: tinyModel) }

    static var realModel: String { directory + "/smollm2/model.gguf" }
    static var realTokenizer: String { directory + "/smollm2/tokenizer.json" }
    static var hasRealModel: Bool { FileManager.default.fileExists(atPath: realModel) }

    private let process = Process()
    private let log = Pipe()

    init(model: String = tinyModel, contextTokenCount: Int = contextTokenCount) throws {
      process.executableURL = URL(fileURLWithPath: Self.directory + "/environment/bin/python")
      process.arguments = [
        "-m", "llama_cpp.server", "--model", model, "--model_alias", "tiny", "--host",
        "127.0.0.1", "--port", "0", "--n_ctx", "\(contextTokenCount)", "--n_threads", "1",
      ]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = log
      try process.run()
    }

    /// Where it answers, once it does; it says so in its log.
    func url() async throws -> String {
      let (lines, found) = AsyncStream.makeStream(of: String.self)
      let text = Locked("")
      // Reads on, so that the server never waits for a reader.
      log.fileHandleForReading.readabilityHandler = { handle in
        let data = handle.availableData
        if data.isEmpty { found.finish() }
        let all = text.withLock {
          $0 += String(decoding: data, as: UTF8.self)
          return $0
        }
        if let match = all.firstMatch(of: #/running on (http://[0-9.:]+) /#) {
          found.yield(String(match.1))
        }
      }
      for await url in lines { return url + "/v1" }
      throw RAGError(.io, "the server ended: \(text.withLock { $0 })")
    }

    func stop() {
      log.fileHandleForReading.readabilityHandler = nil
      // What a thread of the tests' starts has its signals blocked, but for this one.
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }
#endif
