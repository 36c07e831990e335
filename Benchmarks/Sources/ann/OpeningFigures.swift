import BenchmarkSupport
import RAGIndex

/// What it takes to open a file and to answer the first query, the file being in the page cache.
struct OpeningFigures: Encodable {
  fileprivate let loadSeconds: Double
  fileprivate let mapSeconds: Double
  fileprivate let firstQueryMilliseconds: Double

  private enum CodingKeys: String, CodingKey {
    case loadSeconds = "load_s"
    case mapSeconds = "load_mmap_s"
    case firstQueryMilliseconds = "mmap_first_query_ms"
  }
}

/// Opens a file and times it; `load_s` is with the first query.
func openingFigures(
  of path: String, workload: Workload
) throws -> (file: GraphFile, figures: OpeningFigures) {
  let query = VectorQuery(workload.queries[0], k: Workload.k, effort: .ef(20))
  var start = ContinuousClock.now
  let file = try GraphFile(path: path)
  let mapSeconds = (ContinuousClock.now - start) / .seconds(1)
  start = .now
  _ = try file.search(query)
  let querySeconds = (ContinuousClock.now - start) / .seconds(1)
  return (
    file,
    OpeningFigures(
      loadSeconds: (mapSeconds + querySeconds).rounded(digits: 5),
      mapSeconds: mapSeconds.rounded(digits: 5),
      firstQueryMilliseconds: (querySeconds * 1e3).rounded(digits: 3))
  )
}
