import BenchmarkSupport
import Foundation
import RAGIndex

/// Builds graphs of the vectors of a set.
struct Builder {
  let base: VectorTable
  let encoding: VectorEncoding
  let parameters: HNSWParameters
  /// The numbers of threads to compare; other builds take the last.
  let threads: [Int]

  var mostThreads: Int { threads.last ?? 1 }

  func build() throws -> MutableGraph { try build(threads: mostThreads) }

  private func build(threads: Int) throws -> MutableGraph {
    let graph = try MutableGraph(
      dimension: base.dimension, metric: .cosine, encoding: encoding, parameters: parameters)
    try graph.insert(ids: base.rowIDs, vectors: base.elements, threads: threads)
    return graph
  }

  /// Builds and writes with each number of threads.
  func measure(
    in folder: TemporaryFolder
  ) throws -> (graph: MutableGraph, path: String, figures: BuildFigures) {
    var figures = BuildFigures()
    var others: [String] = []
    for (number, count) in threads.dropLast().enumerated() {
      others.append(folder.path("\(number).graph"))
      _ = try build(threads: count, writing: others[number], &figures)
    }
    let path = folder.path("last.graph")
    let graph = try build(threads: mostThreads, writing: path, &figures)
    if !others.isEmpty {
      figures.sameBytes = others.allSatisfy {
        FileManager.default.contentsEqual(atPath: $0, andPath: path)
      }
    }
    for other in others { try FileManager.default.removeItem(atPath: other) }
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    figures.fileMB = (Double(attributes[.size] as? Int ?? 0) / 1e6).rounded(digits: 1)
    return (graph, path, figures)
  }

  private func build(
    threads: Int, writing path: String, _ figures: inout BuildFigures
  ) throws -> MutableGraph {
    let start = ContinuousClock.now
    let graph = try build(threads: threads)
    let buildSeconds = ((ContinuousClock.now - start) / .seconds(1)).rounded(digits: 2)
    figures.buildSeconds[String(threads)] = buildSeconds
    figures.saveSeconds = try seconds { _ = try GraphFile.write(graph, to: path) }
      .rounded(digits: 3)
    note("threads \(threads): built in \(buildSeconds) s, saved in \(figures.saveSeconds) s")
    return graph
  }
}

/// What a build takes, by the number of its threads, and the file of the last.
struct BuildFigures: Encodable {
  fileprivate(set) var buildSeconds: [String: Double] = [:]
  /// Whether all builds gave the same file.
  fileprivate(set) var sameBytes: Bool?
  fileprivate(set) var saveSeconds = 0.0
  fileprivate(set) var fileMB = 0.0

  private enum CodingKeys: String, CodingKey {
    case buildSeconds = "build_s"
    case sameBytes = "same_bytes"
    case saveSeconds = "save_s"
    case fileMB = "file_mb"
  }
}
