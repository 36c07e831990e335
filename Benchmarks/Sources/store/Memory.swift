import ArgumentParser
import BenchmarkSupport
import Foundation

/// `store memory`
struct Memory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What memory and time 'rag ingest' takes, by the number of documents.",
    discussion: """
      Each document is a file of 60 words, a thousand in a directory; files and indexes are removed. \
      Vectors are only made, and their graph with them, where --encoder names a model.
      """)

  @Option(help: "The command 'rag'.") var rag: String
  @Option(help: "The directory of the encoder, or 'none'.") var encoder = "none"
  @Option(parsing: .upToNextOption, help: "Numbers of documents.")
  var counts = [1_000, 10_000, 100_000]
  @Option(help: "Words of a document.") var words = 60
  @Option(help: "Where files and indexes are made.") var folder: String

  private static let documentsPerDirectory = 1_000

  struct Result: Encodable {
    var documents: Int
    var chunks: Int
    var sourceBytes: Int
    var seconds: Double
    var processorSeconds: Double
    var peakResidentMiB: Double
    var peakAnonymousMiB: Double
  }

  /// What is read of the report of 'rag ingest'.
  private struct Report: Decodable {
    var added: Int
    var chunks: Int
  }

  func run() async throws {
    var results: [Result] = []
    for count in counts {
      let work = folder + "/memory-\(count)"
      defer { try? FileManager.default.removeItem(atPath: work) }
      let byteCount = try writeDocuments(count, to: work + "/documents")
      let (output, cost) = try Child(arguments: [
        rag, "ingest", work + "/documents", "--index", work + "/index", "--encoder", encoder,
        "--json",
      ]).run()
      let report = try JSONDecoder().decode(Report.self, from: output)
      results.append(
        Result(
          documents: report.added, chunks: report.chunks, sourceBytes: byteCount,
          seconds: cost.seconds, processorSeconds: cost.processorSeconds,
          peakResidentMiB: cost.peakResidentMiB, peakAnonymousMiB: cost.peakAnonymousMiB))
    }
    try printJSON(results)
  }

  /// - Returns: bytes written.
  private func writeDocuments(_ count: Int, to directory: String) throws -> Int {
    var source = Documents(seed: 7)
    var byteCount = 0
    for number in 0..<count {
      let part = directory + "/\(number / Self.documentsPerDirectory)"
      if number.isMultiple(of: Self.documentsPerDirectory) {
        try FileManager.default.createDirectory(
          atPath: part, withIntermediateDirectories: true)
      }
      let text = Data((source.plainText(words: words) + "\n").utf8)
      try text.write(to: URL(filePath: part + "/\(number).txt"))
      byteCount += text.count
    }
    return byteCount
  }
}
