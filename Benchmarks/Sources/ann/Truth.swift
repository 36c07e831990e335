import Dispatch

/// Which answers to the queries are right while certain vectors are there.
struct Truth: Sendable {
  /// `[base rows]`: the id that a vector has, or -1 where it is not there.
  let ids: [Int64]
  /// `[queries]`: the exact similarity of the last hit wanted.
  let least: [Float]
  /// The hits that each query can have.
  let expected: Int

  /// Takes the nearest from a file of them, of which each row begins with the best.
  init(base: VectorTable, queries: VectorTable, neighbours: RowFile<Int32>) {
    ids = base.rowIDs
    expected = Workload.k
    least = (0..<queries.count).map { query in
      let row = neighbours.elements[query * neighbours.width + Workload.k - 1]
      return base.similarity(Int(row), queries, query)
    }
  }

  /// Finds the nearest among the vectors that are there, by scoring all of them.
  init(base: VectorTable, queries: VectorTable, count: Int? = nil, ids: [Int64]) {
    self.ids = ids
    let rows = ids.indices.filter { ids[$0] >= 0 }
    let expected = min(Workload.k, rows.count)
    self.expected = expected
    let count = count ?? queries.count
    let dimension = base.dimension
    least = [Float](unsafeUninitializedCapacity: count) { target, initialized in
      // Each block writes the elements of its own queries.
      nonisolated(unsafe) let target = target
      base.elements.withUnsafeBufferPointer { base in
        queries.elements.withUnsafeBufferPointer { queries in
          nonisolated(unsafe) let (base, queries) = (base, queries)
          let block = 32
          DispatchQueue.concurrentPerform(iterations: (count + block - 1) / block) { number in
            let range = number * block..<min(count, (number + 1) * block)
            var best = range.map { _ in BestScores(limit: expected) }
            // Tiles of rows that stay in the cache for all queries of the block.
            for tile in stride(from: 0, to: rows.count, by: 128) {
              for query in range {
                let vector = UnsafeBufferPointer(
                  rebasing: queries[query * dimension..<(query + 1) * dimension])
                for row in rows[tile..<min(rows.count, tile + 128)] {
                  best[query - range.lowerBound].offer(
                    innerProduct(
                      UnsafeBufferPointer(
                        rebasing: base[row * dimension..<(row + 1) * dimension]), vector))
                }
              }
            }
            for query in range {
              (target.baseAddress.unsafelyUnwrapped + query)
                .initialize(to: best[query - range.lowerBound].least)
            }
          }
        }
      }
      initialized = count
    }
  }
}

/// The best few of many scores.
private struct BestScores {
  /// The best first.
  private var scores: [Float]

  init(limit: Int) { scores = Array(repeating: -.infinity, count: limit) }

  var least: Float { scores.last ?? -.infinity }

  @inline(__always)
  mutating func offer(_ score: Float) {
    guard score > least else { return }
    var place = scores.count - 1
    while place > 0, scores[place - 1] < score {
      scores[place] = scores[place - 1]
      place -= 1
    }
    scores[place] = score
  }
}

extension VectorTable {
  /// The ids of the rows, as long as none was replaced: their numbers.
  var rowIDs: [Int64] { (0..<Int64(count)).map { $0 } }
}
