import CRAGKernels
import Testing

@testable import RAGIndex

@Suite("Codes of vectors")
struct CodeTests {
  static let levels = KernelTests.levels
  static let dimensions = [1, 2, 3, 16, 31, 64, 65, 100, 127, 128, 129, 200, 256, 384, 500, 768]

  @Test("every family gives the very scores of the scalar one", arguments: levels, dimensions)
  func familiesAgree(level: rag_cpu_level, dimension: Int) throws {
    let kernels = rag_code_kernels_at(level)
    let scalar = rag_code_kernels_at(RAG_CPU_SCALAR)
    for metric in VectorMetric.allCases {
      var random = SeededRandom(60 + UInt64(dimension))
      let rows = try Rows(50, metric, dimension, &random)
      let view = rows.graph.view.vectors
      let room = QueryRoom()
      defer { withExtendedLifetime(room) {} }
      var query = rows.graph.coder.encode(
        query: try metric.prepare(random.vector(dimension), dimension: dimension), into: room)
      for count in [0, 1, 3, 4, 5, 9, 50] {
        let slots = (0..<count).map { _ in UInt32.random(in: 0..<50, using: &random) }
        var (a, b) = ([Float](repeating: 0, count: 50), [Float](repeating: 0, count: 50))
        kernels.coarse_rows(&query.code, view.coarse, view.terms, slots, count, &a)
        scalar.coarse_rows(&query.code, view.coarse, view.terms, slots, count, &b)
        #expect(a == b)
        kernels.coarse_range(&query.code, view.coarse, view.terms, 50 - count, count, &a)
        scalar.coarse_range(&query.code, view.coarse, view.terms, 50 - count, count, &b)
        #expect(a == b)
        kernels.fine_rows(&query.code, view.coarse, view.fine, view.terms, slots, count, &a)
        scalar.fine_rows(&query.code, view.coarse, view.fine, view.terms, slots, count, &b)
        #expect(a == b)
        let codes = rows.graph.byteCodes
        func products(_ kernels: rag_code_kernels) -> [Float] {
          var products = [Float](repeating: 0, count: 50)
          kernels.byte_rows(
            codes.bytes, Int64(codes.sums[0]), codes.bytes, codes.sums, codes.layout.blocks,
            dimension, slots, count, &products)
          return products
        }
        #expect(products(kernels) == products(scalar))
      }
    }
  }

  @Test("scores come near the true ones: coarse, fine and between nodes", arguments: dimensions)
  func nearTruth(dimension: Int) throws {
    for metric in VectorMetric.allCases {
      var random = SeededRandom(70 + UInt64(dimension))
      let rows = try Rows(300, metric, dimension, &random)
      let oracle = ScoreKernel(metric)
      let room = QueryRoom()
      defer { withExtendedLifetime(room) {} }
      let slots = (0..<300).map(UInt32.init)
      // Elements are about 1 in size here, and errors grow with the largest over the typical one.
      let scale = metric == .cosine ? 1 : Float(dimension + 3)
      for _ in 0..<5 {
        let query = try metric.prepare(random.vector(dimension), dimension: dimension)
        var coded = rows.graph.coder.encode(query: query, into: room)
        var (coarse, fine) = ([Float](repeating: 0, count: 300), [Float](repeating: 0, count: 300))
        rows.graph.view.vectors.coarseScores(&coded, slots, 300, into: &coarse)
        rows.graph.view.vectors.fineScores(&coded, slots, 300, into: &fine)
        for (slot, vector) in rows.prepared.enumerated() {
          let truth = oracle.pair(query, vector, dimension)
          #expect(abs(coarse[slot] - truth) < 0.5 * scale)
          #expect(abs(fine[slot] - truth) < 0.004 * scale, "\(metric) \(fine[slot]) \(truth)")
        }
      }
      let codes = rows.graph.byteCodes
      var scores = [Float](repeating: 0, count: 300)
      codes.scores(of: 7, slots, 300, into: &scores)
      #expect(scores[7] == 0)
      let apart = ScoreKernel(.squaredL2)
      for (slot, vector) in rows.prepared.enumerated() {
        #expect(scores[slot] <= 0)
        #expect(abs(scores[slot] - apart.pair(rows.prepared[7], vector, dimension)) < 0.05 * scale)
      }
    }
  }

  @Test("the rotation keeps lengths and angles", arguments: dimensions)
  func rotation(dimension: Int) {
    let rotation = Rotation(dimension: dimension)
    var random = SeededRandom(80)
    let kernel = ScoreKernel(.innerProduct)
    for _ in 0..<10 {
      let (a, b) = (random.vector(dimension), random.vector(dimension))
      var (x, y) = (a, b)
      rotation.apply(&x)
      rotation.apply(&y)
      let bound = 1e-5 * Float(dimension)
      #expect(abs(kernel.pair(a, b, dimension) - kernel.pair(x, y, dimension)) < bound)
      #expect(abs(kernel.pair(a, a, dimension) - kernel.pair(x, x, dimension)) < bound)
    }
  }

  @Test("a vector with all its length in one element is spread over the code")
  func spread() {
    var vector = [Float](repeating: 0, count: 384)
    vector[17] = 1
    Rotation(dimension: 384).apply(&vector)
    #expect(vector.map(abs).max() ?? 1 < 0.3)
  }

  /// Vectors of a metric in a graph, which holds their codes in the order of their ids.
  private struct Rows {
    let graph: MutableGraph
    var prepared: [[Float]]

    init(
      _ count: Int, _ metric: VectorMetric, _ dimension: Int, _ random: inout SeededRandom
    ) throws {
      let vectors = (0..<count).map { _ in random.vector(dimension) }
      graph = try MutableGraph(dimension: dimension, metric: metric, encoding: .compact)
      for (id, vector) in vectors.enumerated() { try graph.insert(id: Int64(id), vector: vector) }
      prepared = try vectors.map { try metric.prepare($0, dimension: dimension) }
    }
  }
}
