#if HTTP
  import ArgumentParser
  import BenchmarkSupport
  import Foundation
  import RAG
  import RAGEmbed
  import RAGHTTP

  /// Times the first words of an answer: by the engine, and by its client of the model alone.
  @main
  struct AnswerBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "answer",
      abstract: "Times the first text of answers and prints JSON.",
      discussion: """
        The model is a server in this process that answers at once. In each round every question \
        is asked three times, one way after the other: by the client alone, with the prompt that \
        the engine would send; by the engine; and as a search alone. What the engine takes beyond \
        the client and the search is the overhead, of each question by itself. Times are in \
        milliseconds.
        """)

    @Option(help: "The index directory.") var index: String
    @Option(help: "The encoder's directory.") var encoder: String
    @Option(help: "A file with one question a line.") var questions: String
    @Option(help: "A tokenizer.json to count the tokens of prompts with.") var tokenizer: String?
    @Option(help: "How often each question is timed.") var rounds = 5
    @Option(name: .short, help: "Hits a question.") var k = 10

    struct Result: Encodable {
      var pairs: Int
      var client: Latency
      var engine: Latency
      var search: Latency
      var overhead: Latency
    }

    struct Latency: Encodable {
      var p50: Double
      var p99: Double

      init(_ seconds: [Double]) {
        p50 = percentile(seconds, 0.5) * 1000
        p99 = percentile(seconds, 0.99) * 1000
      }
    }

    func run() async throws {
      let lines = try String(contentsOfFile: questions, encoding: .utf8)
        .split(separator: "\n").map(String.init)
      let engine = try await Engine.open(
        at: index, encoder: BERTEncoder(directory: encoder), for: .read)
      let counter: any TokenCounter =
        try tokenizer.map { try ModelTokenCounter(path: $0) } ?? EstimatedTokenCounter()
      let server = try ModelServer()
      let backend = try OpenAIBackend(
        url: "http://127.0.0.1:\(server.port)/v1", model: "none", contextTokenCount: 8192,
        tokenCounter: counter)
      var (client, whole, search, overhead) = ([Double](), [Double](), [Double](), [Double]())
      for round in 0...rounds {
        for line in lines {
          let query = Query(line, count: k)
          let hits = try await engine.search(query)
          let prompt = try PromptComposer().compose(
            PromptMaterial(question: line, hits: hits), for: backend
          ).prompt
          let clientTime = try await Self.firstText(backend.generate(prompt)) { !$0.isEmpty }
          let engineTime = try await Self.firstText(engine.streamAnswer(query, backend: backend)) {
            if case .text(let text) = $0 { !text.isEmpty } else { false }
          }
          let searchTime = try await seconds { _ = try await engine.search(query) }
          guard round > 0 else { continue }
          client.append(clientTime)
          whole.append(engineTime)
          search.append(searchTime)
          overhead.append(engineTime - clientTime - searchTime)
        }
      }
      try printJSON(
        Result(
          pairs: overhead.count, client: Latency(client), engine: Latency(whole),
          search: Latency(search), overhead: Latency(overhead)))
    }

    /// The time until the first element that counts; the rest is read, too.
    private static func firstText<Pieces: AsyncSequence>(
      _ pieces: @autoclosure () -> Pieces, counts: (Pieces.Element) -> Bool
    ) async throws -> Double {
      let start = ContinuousClock.now
      var first: Double?
      for try await piece in pieces() where first == nil && counts(piece) {
        first = (ContinuousClock.now - start) / .seconds(1)
      }
      guard let first else { throw ValidationError("an answer had no text") }
      return first
    }
  }
#else
  import ArgumentParser

  /// Says how this is built.
  @main
  struct AnswerBenchmark: ParsableCommand {
    func run() throws { throw ValidationError("build with --traits HTTP") }
  }
#endif
