import RAGIndex

/// Graph files to start from.
enum GraphSeeds {
  static func write(to directory: String) throws {
    for metric in [VectorMetric.cosine, .innerProduct, .squaredL2] {
      for encoding in [VectorEncoding.compact, .float32] {
        for count in [0, 1, 24] {
          try write(count, metric, encoding, to: "\(directory)/\(metric)-\(encoding)-\(count)")
        }
      }
    }
  }

  private static func write(
    _ count: Int, _ metric: VectorMetric, _ encoding: VectorEncoding, to path: String
  ) throws {
    let dimension = 6
    let graph = try MutableGraph(
      dimension: dimension, metric: metric, encoding: encoding,
      parameters: HNSWParameters(m: 3, efConstruction: 12))
    for id in 0..<count {
      let vector = (0..<dimension).map { Float((id * 7 + $0 * (id % 5 + 3)) % 11) - 4.5 }
      try graph.insert(id: Int64(id) * 3, vector: vector)
    }
    try GraphFile.write(graph, to: path)
  }
}
