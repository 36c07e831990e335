import CRAGKernels
import Foundation
import Testing

@Suite("The encoder's kernels")
struct KernelTests {
  static let levels = [
    RAG_CPU_SCALAR, RAG_CPU_AVX2, RAG_CPU_AVX512, RAG_CPU_AVX512VNNI, RAG_CPU_NEON,
    RAG_CPU_NEON_DOTPROD,
  ].filter { rag_cpu_supports($0) != 0 }

  static let columnCounts = [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100, 312, 384]

  private func values(
    _ count: Int, in range: ClosedRange<Float> = -4...4, seed: UInt64
  ) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: range, using: &generator) }
  }

  private func gelu(_ x: Double) -> Double { 0.5 * x * (1 + erf(x / 2.0.squareRoot())) }

  private func geluTanh(_ x: Double) -> Double {
    0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  @Test("detect a level that has a name and is supported")
  func level() {
    let level = rag_cpu_detect()
    #expect(rag_cpu_supports(level) != 0)
    #expect(String(cString: rag_cpu_level_name(level)) != "unknown")
    #expect(Self.levels.contains(RAG_CPU_SCALAR))
  }

  @Test("activate within the stated error at every level", arguments: levels.indices)
  func activation(index: Int) {
    let level = Self.levels[index]
    let inputs = (0...80_000).map { Float($0 - 40_000) / 2_000 }
    let bias = [Float](repeating: 0.25, count: inputs.count)
    for (kind, reference) in [
      (RAG_ACTIVATION_GELU_ERF, gelu), (RAG_ACTIVATION_GELU_TANH, geluTanh),
      (RAG_ACTIVATION_RELU, { max(0, $0) }),
    ] {
      var x = inputs
      rag_bias_activation(level, kind, &x, bias, 1, x.count)
      let worst = zip(inputs, x).map { input, output in
        let argument = Double(input + 0.25)
        return abs(Double(output) - reference(argument)) / max(1, abs(argument))
      }.max()
      #expect(worst ?? 1 < 1e-6)
    }
  }

  @Test("let NaN and infinity through at every level", arguments: levels.indices)
  func notFinite(index: Int) {
    let level = Self.levels[index]
    var x: [Float] = [.nan, .infinity, -.infinity, 1]
    rag_bias_activation(level, RAG_ACTIVATION_GELU_ERF, &x, [0, 0, 0, 0], 1, 4)
    #expect(x[0].isNaN && x[1] == .infinity && !(x[2] > 0))
    var row: [Float] = [1, .nan, 2]
    rag_softmax(level, &row, 1, 3, 3)
    #expect(row.contains { $0.isNaN })
  }

  @Test("add a bias to every row at every width", arguments: columnCounts)
  func bias(columns: Int) {
    let rows = 3
    let input = values(rows * columns, seed: 1)
    let bias = values(columns, seed: 2)
    for level in Self.levels {
      var x = input + [99]
      rag_add_bias(level, &x, bias, rows, columns)
      for place in 0..<(rows * columns) {
        #expect(x[place] == input[place] + bias[place % columns])
      }
      #expect(x[rows * columns] == 99)
    }
  }

  @Test("normalise rows as Float64 does at every width", arguments: columnCounts)
  func layerNorm(columns: Int) {
    let rows = 3
    let input = values(rows * columns, seed: 3)
    let residual = values(rows * columns, seed: 4)
    let bias = values(columns, seed: 5)
    let gamma = values(columns, seed: 6)
    let beta = values(columns, seed: 7)
    for level in Self.levels {
      // In place over the residual, with a guard behind.
      var out = residual + [99]
      out.withUnsafeMutableBufferPointer { out in
        rag_residual_layer_norm(
          level, out.baseAddress, input, bias, out.baseAddress, gamma, beta, 1e-5, rows, columns)
      }
      #expect(out[rows * columns] == 99)
      for row in 0..<rows {
        let sum = (0..<columns).map { column in
          let place = row * columns + column
          return Double(input[place]) + Double(bias[column]) + Double(residual[place])
        }
        let mean = sum.reduce(0, +) / Double(columns)
        let variance = sum.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
        for column in 0..<columns {
          let value = (sum[column] - mean) / (variance + 1e-5).squareRoot()
          let expected = value * Double(gamma[column]) + Double(beta[column])
          #expect(abs(Double(out[row * columns + column]) - expected) < 2e-5)
        }
      }
    }
  }

  @Test("take the softmax of rows with gaps at every width", arguments: columnCounts)
  func softmax(columns: Int) {
    let rows = 3
    let stride = columns + 2
    let input = values(rows * stride, in: -60...60, seed: 8)
    for level in Self.levels {
      var x = input
      rag_softmax(level, &x, rows, columns, stride)
      for row in 0..<rows {
        let values = input[(row * stride)..<(row * stride + columns)].map(Double.init)
        let shares = values.map { exp($0 - (values.max() ?? 0)) }
        let total = shares.reduce(0, +)
        for column in 0..<columns {
          #expect(abs(Double(x[row * stride + column]) - shares[column] / total) < 1e-6)
        }
        for gap in columns..<stride {
          #expect(x[row * stride + gap] == input[row * stride + gap])
        }
      }
    }
  }
}
