import ArgumentParser
import BenchmarkSupport
import Foundation
import RAG
import RAGEmbed

/// Times questions end to end on an index: text in, hits out, encoder included.
@main
struct QueryBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Times questions on an index, per mode, and prints JSON.",
    discussion: """
      Each question runs once unmeasured and then --rounds times; the modes take turns, so that
      what disturbs the machine disturbs all. Times are milliseconds of one question at a time.
      """)

  @Option(help: "The index directory.") var index: String
  @Option(help: "The encoder's directory; without, only words are searched.")
  var encoder: String?
  @Option(help: "A file with one question a line.") var questions: String
  @Option(help: "How often each question is timed.") var rounds = 5
  @Option(name: .short, help: "Hits a question.") var k = 10

  struct Result: Encodable {
    var documents: Int
    var chunks: Int
    var openMilliseconds: Double
    var firstQueryMilliseconds: Double
    var modes: [String: Latency]
    var residentAnonymousMiB: Double
    var residentFileMiB: Double
  }

  struct Latency: Encodable {
    var p50: Double
    var p95: Double
    var p99: Double
  }

  func run() async throws {
    let lines = try String(contentsOfFile: questions, encoding: .utf8)
      .split(separator: "\n").map(String.init)
    guard let first = lines.first else { throw ValidationError("\(questions) holds no question") }
    let modes: [SearchMode] = encoder == nil ? [.lexical] : SearchMode.allCases
    var opened: Engine?
    let openSeconds = try await seconds {
      opened = try await Engine.open(
        at: index, encoder: encoder.map { try BERTEncoder(directory: $0) }, for: .read)
    }
    guard let engine = opened else { return }
    let firstSeconds = try await seconds {
      _ = try await engine.search(Query(first, count: k, mode: encoder == nil ? .lexical : .hybrid))
    }

    var times: [SearchMode: [Double]] = [:]
    for round in 0...rounds {
      for line in lines {
        for mode in modes {
          let elapsed = try await seconds {
            _ = try await engine.search(Query(line, count: k, mode: mode))
          }
          if round > 0 { times[mode, default: []].append(elapsed * 1000) }
        }
      }
    }
    let status = try await engine.status()
    let memory = residentMemory()
    try printJSON(
      Result(
        documents: status.documents, chunks: status.chunks, openMilliseconds: openSeconds * 1000,
        firstQueryMilliseconds: firstSeconds * 1000,
        modes: Dictionary(
          uniqueKeysWithValues: times.map { mode, values in
            (
              mode.rawValue,
              Latency(
                p50: percentile(values, 0.5), p95: percentile(values, 0.95),
                p99: percentile(values, 0.99))
            )
          }),
        residentAnonymousMiB: memory.anonymous, residentFileMiB: memory.file))
  }
}
