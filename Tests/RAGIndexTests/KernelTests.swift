import CRAGKernels
import RAGCore
import Testing

@testable import RAGIndex

@Suite("C kernels")
struct KernelTests {
  static let levels = [
    RAG_CPU_SCALAR, RAG_CPU_AVX2, RAG_CPU_AVX512, RAG_CPU_AVX512VNNI, RAG_CPU_NEON,
    RAG_CPU_NEON_DOTPROD,
  ].filter { rag_cpu_supports($0) != 0 }

  @Test("every family agrees with sums in double precision, whatever the length", arguments: levels)
  func familiesAgreeWithDoubles(level: rag_cpu_level) {
    let kernels = rag_distance_kernels_at(level)
    var random = SeededRandom(1)
    for dimension in Array(1...140) + [384, 768, 1000] {
      let scale = Float(dimension).squareRoot()
      let a = random.vector(dimension).map { $0 / scale }
      let b = random.vector(dimension).map { $0 / scale }
      let dot = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let squares = zip(a, b).reduce(0.0) {
        $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
      }
      #expect(abs(Double(kernels.dot(a, b, dimension)) - dot) < 1e-6)
      #expect(abs(Double(kernels.negated_l2(a, b, dimension)) + squares) < 2e-6)
    }
  }

  @Test("rows score bit for bit as pairs do, at any alignment", arguments: levels)
  func rowsScoreAsPairs(level: rag_cpu_level) {
    let kernels = rag_distance_kernels_at(level)
    var random = SeededRandom(2)
    for (dimension, stride) in [(1, 1), (7, 9), (16, 16), (100, 112), (384, 385)] {
      let rows = random.vector(50 * stride)
      let query = random.vector(dimension)
      let slots = (0..<33).map { _ in UInt32.random(in: 0..<50, using: &random) }
      var dots = [Float](repeating: 0, count: slots.count)
      var distances = dots
      kernels.dot_rows(query, rows, stride, dimension, slots, slots.count, &dots)
      kernels.negated_l2_rows(query, rows, stride, dimension, slots, slots.count, &distances)
      for (index, slot) in slots.enumerated() {
        let row = Array(rows[(Int(slot) * stride)...].prefix(dimension))
        #expect(dots[index] == kernels.dot(query, row, dimension))
        #expect(distances[index] == kernels.negated_l2(query, row, dimension))
      }
    }
  }

  @Test("no row gives no score")
  func noRows() {
    for level in Self.levels {
      var score: Float = 7
      rag_distance_kernels_at(level).dot_rows([1], [1], 1, 1, [0], 0, &score)
      #expect(score == 7)
    }
  }

  @Test("CRC-32C gives the check values of RFC 3720")
  func checkValues() {
    let table: [([UInt8], UInt32)] = [
      (Array("123456789".utf8), 0xE306_9283), ([], 0),
      (Array(repeating: 0, count: 32), 0x8A91_36AA),
      (Array(repeating: 0xFF, count: 32), 0x62A8_AB43), (Array(0..<32), 0x46DD_794E),
    ]
    for (bytes, expected) in table {
      #expect(CRC32C.checksum(bytes) == expected)
      #expect(rag_crc32c_scalar(0, bytes, bytes.count) == expected)
    }
  }

  @Test("CRC-32C of pieces is that of the whole, in both twins")
  func pieces() {
    var random = SeededRandom(3)
    for length in Array(0..<100) + [4_079, 4_080, 4_088, 8_159, 8_160, 65_537] {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      let cut = Int.random(in: 0...length, using: &random)
      let whole = rag_crc32c_scalar(0, bytes, length)
      let first = rag_crc32c(0, Array(bytes[..<cut]), cut)
      #expect(rag_crc32c(first, Array(bytes[cut...]), length - cut) == whole)
      #expect(CRC32C.checksum(bytes) == whole)
    }
  }
}
