import ArgumentParser
import RAG
import RAGEval

/// `rag bench`
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure what vector searches of the index find, and how fast.",
    discussion: """
      For several efforts (what query --recall takes), measures on your own index and questions how \
      many of the nearest vectors a search finds, against an exact one; the time of a search, \
      without making the vector; and how many distances it computes. An effort of 1 is exact.

      The questions are lines of a file, or topics as 'rag eval' reads them.

      EXAMPLES:
        rag bench questions.txt
        rag bench questions.txt --recall 0.9 --recall 0.99 --recall 1 -k 100
        rag bench topics.tsv --index ~/notes.rag --json | jq '.curve[].recall'
      """)

  /// The JSON of the command.
  struct Report: Encodable {
    var index: String
    var documents: Int
    var chunks: Int
    var vectors: Int
    var graphVectors: Int
    var indexBytes: Int
    var questions: Int
    var curve: [EffortCurve.Point]
  }

  @Argument(help: "The file of questions, one a line.")
  var questions: String

  @Option(
    name: [.customShort("k", allowingJoined: true), .long],
    help: ArgumentHelp("How many of the nearest to find.", valueName: "n"))
  var count = 10

  @Option(
    help: ArgumentHelp(
      "An effort to measure (default: 0.5, 0.8, 0.9, 0.95, 0.99, 0.999 and 1). Repeatable.",
      valueName: "share"))
  var recall: [Double] = []

  @OptionGroup var index: IndexOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...Limits().hitCount).contains(count) else {
      throw ValidationError("-k takes 1 to \(Limits().hitCount)")
    }
    if let wrong = recall.first(where: { !(0...1).contains($0) }) {
      throw ValidationError("--recall is a share from 0 to 1, not \(wrong)")
    }
  }

  func run() async throws {
    let texts = try Topics.load(questions, numbersLines: true).map(\.text)
    let engine = try await index.open(for: .read, encoder: encoder.load())
    let curve = try await engine.curve(
      of: texts, efforts: recall.isEmpty ? [0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 1] : recall,
      count: count)
    let status = try await engine.status()
    let report = Report(
      index: status.index, documents: status.documents, chunks: status.chunks,
      vectors: status.vectors, graphVectors: status.graphVectors, indexBytes: status.indexBytes,
      questions: texts.count, curve: curve)
    try StandardOutput.write(
      output.json ? JSON.document(report) : text(report, try output.output()))
    if status.graphVectors == 0 {
      Messages.note("the index has no graph yet, so every search compares with every vector")
    }
  }

  private func text(_ report: Report, _ terminal: Terminal) -> String {
    var grid = Grid(["effort", "recall@\(count)", "p50 ms", "p95 ms", "p99 ms", "distances"])
    for point in report.curve {
      let times = [point.latency.p50, point.latency.p95, point.latency.p99]
      grid.add(
        ["\(point.effort)", Figures.decimal(point.recall, 4)]
          + times.map { Figures.decimal($0, 3) }
          + [Figures.count(Int(point.distances.rounded()))])
    }
    return
      "\(Printable.line(report.index)): \(Figures.count(report.vectors, "vector")), "
      + "\(Figures.count(report.graphVectors)) in the graph, \(Figures.bytes(report.indexBytes)); "
      + "\(Figures.count(report.questions, "question"))\n" + grid.text(terminal)
  }
}
