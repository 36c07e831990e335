import ArgumentParser
import BenchmarkSupport
import Foundation
import RAGIndex

/// Opens a graph file, searches it and prints what that took: run by the benchmark as a process of
/// its own, which holds nothing else.
struct MemoryProbe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memory-probe", abstract: "Prints the memory that searches need.",
    shouldDisplay: false)

  @Argument var graph: String
  @Argument var queries: String
  @Option var ef: Int?
  @Option var recall = 0.99

  func run() throws {
    let table = try VectorTable(path: queries)
    let effort = ef.map { SearchEffort.ef($0) } ?? .recall(recall)
    let queries = (0..<table.count).map { VectorQuery(table[$0], k: Workload.k, effort: effort) }
    let before = residentMemory()
    let start = ContinuousClock.now
    let file = try GraphFile(path: graph)
    _ = try file.search(queries[0])
    let opening = ContinuousClock.now - start
    for number in 1..<10_000 { _ = try file.search(queries[number % queries.count]) }
    let after = residentMemory()
    try printJSON(
      MemoryFigures(
        anonymous: after.anonymous - before.anonymous, file: after.file - before.file,
        openingMilliseconds: opening / .milliseconds(1)))
  }
}

/// The memory that a process needs to search a graph file.
struct MemoryFigures: Codable {
  private let total: Double
  private let anonymous: Double
  private let file: Double
  private let openingMilliseconds: Double

  private enum CodingKeys: String, CodingKey {
    case total = "rss_mb"
    case anonymous = "rss_anon_mb"
    case file = "rss_file_mb"
    case openingMilliseconds = "fresh_open_and_first_query_ms"
  }

  fileprivate init(anonymous: Double, file: Double, openingMilliseconds: Double) {
    total = (anonymous + file).rounded(digits: 1)
    self.anonymous = anonymous.rounded(digits: 1)
    self.file = file.rounded(digits: 1)
    self.openingMilliseconds = openingMilliseconds.rounded(digits: 3)
  }

  /// Runs the probe.
  static func measured(
    graph: String, queries: VectorTable, effort: SearchEffort, folder: TemporaryFolder
  ) throws -> MemoryFigures {
    let path = folder.path("queries.fvecs")
    try queries.write(to: path)
    let process = Process()
    let output = Pipe()
    process.executableURL = Bundle.main.executableURL
    process.arguments = ["memory-probe", graph, path]
    switch effort {
    case .ef(let ef): process.arguments? += ["--ef", String(ef)]
    case .recall(let recall): process.arguments? += ["--recall", String(recall)]
    case .exact: process.arguments? += ["--recall", "1"]
    }
    process.standardOutput = output
    try process.run()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let figures = try JSONDecoder().decode(MemoryFigures.self, from: printed)
    note("resident \(figures.total) MiB, of that \(figures.file) MiB of the file")
    return figures
  }
}
