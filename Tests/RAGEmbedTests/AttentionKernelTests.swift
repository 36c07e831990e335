import CRAGKernels
import Foundation
import Testing

@Suite("Attention")
struct AttentionKernelTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var length: Int
    var headSize: Int
    var heads = 3
    var testDescription: String { "\(length) tokens, heads of \(headSize)" }
  }

  static let shapes = [
    (1, 32), (2, 8), (15, 24), (16, 32), (17, 64), (48, 32), (49, 16), (100, 32), (130, 128),
  ].map { Shape(length: $0.0, headSize: $0.1) }

  /// Outputs of queries `first` to `first + count - 1`.
  private func run(
    _ level: KernelLevel, _ shape: Shape, _ qkv: KernelMatrix, bias: [Float]?, first: Int,
    count: Int
  ) -> KernelMatrix {
    let hidden = shape.heads * shape.headSize
    var out = KernelMatrix(rows: shape.length, columns: hidden)
    (bias ?? [0]).withUnsafeBufferPointer { values in
      var sizes = rag_attention(
        heads: shape.heads, head_size: shape.headSize, part: hidden, stride: qkv.stride,
        out_stride: out.stride, bias: bias == nil ? nil : values.baseAddress,
        bias_stride: 2 * shape.length - 1, reach: shape.length - 1)
      var scratch = [Float](
        repeating: .nan, count: rag_attention_scratch(&sizes, shape.length))
      level.kernels.attention(
        &sizes, qkv.values, shape.length, first, count, &scratch, &out.values)
    }
    return out
  }

  /// Softmax in base 2, as queries come multiplied.
  private func reference(_ shape: Shape, _ qkv: KernelMatrix, bias: [Float]?) -> [Double] {
    let hidden = shape.heads * shape.headSize
    return (0..<shape.length).flatMap { query in
      (0..<hidden).map { column in
        let head = column / shape.headSize
        let scores = (0..<shape.length).map { key in
          let product = (0..<shape.headSize).reduce(0.0) {
            let at = head * shape.headSize + $1
            return $0 + Double(qkv[query, at]) * Double(qkv[key, hidden + at])
          }
          let place = head * (2 * shape.length - 1) + shape.length - 1 + key - query
          return product + (bias.map { Double($0[place]) } ?? 0)
        }
        let shares = scores.map { exp2($0 - (scores.max() ?? 0)) }
        let total = shares.reduce(0, +)
        return shares.indices.reduce(0.0) {
          $0 + shares[$1] * Double(qkv[$1, 2 * hidden + column])
        } / total
      }
    }
  }

  @Test("gives what Float64 gives at every level, with and without biases", arguments: shapes)
  func outputs(shape: Shape) {
    let qkv = KernelMatrix(
      rows: shape.length, columns: 3 * shape.heads * shape.headSize, in: -1...1, seed: 1)
    let biases = KernelMatrix(
      rows: 1, columns: shape.heads * (2 * shape.length - 1) + RAG_PANEL, in: -3...3, seed: 2)
    for bias in [nil, biases.plain] {
      let expected = reference(shape, qkv, bias: bias)
      var outputs: [[Float]] = []
      for level in KernelLevel.supported {
        let out = run(level, shape, qkv, bias: bias, first: 0, count: shape.length).plain
        #expect(largestDifference(out, expected) < 1e-5, "\(level)")
        if level != .scalar { outputs.append(out) }
      }
      #expect(outputs.dropFirst().allSatisfy { $0 == outputs[0] })
    }
  }

  @Test("gives a query the same bits whatever others go with it")
  func parts() throws {
    let shape = Shape(length: 37, headSize: 32)
    let qkv = KernelMatrix(rows: 37, columns: 3 * 96, in: -1...1, seed: 4)
    for level in KernelLevel.supported {
      let whole = run(level, shape, qkv, bias: nil, first: 0, count: 37)
      for part in [0..<1, 3..<10, 20..<37] {
        let out = run(level, shape, qkv, bias: nil, first: part.lowerBound, count: part.count)
        let rows = (part.lowerBound * out.stride)..<(part.upperBound * out.stride)
        #expect(out.values[rows] == whole.values[rows])
      }
    }
  }

  @Test("stands scores far apart, and lets what is no number through")
  func extremes() {
    for length in [2, 3, 15, 20] {
      let shape = Shape(length: length, headSize: 32, heads: 1)
      // Scores all far below those of the columns that fill up the last vector.
      let low = [Float](repeating: -3_000, count: 2 * length - 1 + RAG_PANEL)
      let spoiled = [Float](
        repeating: Float(bitPattern: 0x7FC0_0001), count: 2 * length - 1 + RAG_PANEL)
      for level in KernelLevel.supported {
        let qkv = KernelMatrix(rows: length, columns: 96, in: -60...60, seed: 5)
        for bias in [nil, low] {
          let out = run(level, shape, qkv, bias: bias, first: 0, count: length).plain
          #expect(largestDifference(out, reference(shape, qkv, bias: bias)) < 2e-3)
        }
        let out = run(level, shape, qkv, bias: spoiled, first: 0, count: length).plain
        #expect(out.allSatisfy { $0.isNaN })
      }
    }
  }
}
