import ArgumentParser
import BenchmarkSupport
import Foundation
import RAG

/// `store growth`
struct Growth: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What a chunk costs as an index grows.")

  @Option(help: "Chunks at the end.") var chunks = 100_000
  @Option(help: "Where the index is made; it is left there.") var folder: String

  struct Step: Encodable {
    var chunks: Int
    /// Of this step.
    var secondsPerThousand: Double
    /// Of this step: bytes given to the file system, for each byte that the index grew.
    var writeAmplification: Double
    var indexBytesPerChunk: Double
    var peakResidentMiB: Double
  }

  func run() async throws {
    let engine = try await Engine.open(at: folder)
    var documents = Documents(seed: 7)
    var steps: [Step] = []
    var (count, begun, written, size) = (0, 0, writtenByteCount(), 0)
    var spent = 0.0
    var next = 10_000
    while count < chunks {
      // Made before the clock runs.
      let batch = (0..<1_000).map { documents.next(id: "d\(count + $0)") }
      spent += try await seconds { _ = try await engine.upsert(batch) }
      count += batch.count
      guard count >= min(next, chunks) else { continue }
      let bytes = try await engine.status().indexBytes
      let now = writtenByteCount()
      steps.append(
        Step(
          chunks: count, secondsPerThousand: spent / Double(count - begun) * 1_000,
          writeAmplification: Double(now - written) / Double(max(1, bytes - size)),
          indexBytesPerChunk: Double(bytes) / Double(count),
          peakResidentMiB: peakResidentMemory()))
      (begun, written, size, spent) = (count, now, bytes, 0)
      next = next < 100_000 ? next * 10 : next + 100_000
    }
    try printJSON(steps)
  }

  /// Bytes that this process has given to the file system.
  private func writtenByteCount() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/io", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("wchar: ") }
    return line.flatMap { Int($0.dropFirst(7)) } ?? 0
  }
}
