import CRAGKernels
import Foundation
import Testing

@Suite("The encoder's kernels for rows")
struct RowKernelTests {
  static let columnCounts = [1, 2, 7, 15, 16, 17, 31, 32, 33, 64, 100, 312, 384]

  @Test("detect a level that has a name and is supported")
  func level() {
    let level = rag_cpu_detect()
    #expect(rag_cpu_supports(level) != 0)
    #expect(String(cString: rag_cpu_level_name(level)) != "unknown")
    #expect(rag_encoder_kernels_at(level).level == level)
  }

  @Test("activate within the stated error", arguments: KernelLevel.supported)
  func activation(level: KernelLevel) {
    let inputs = (0..<80_000).map { Float($0 - 40_000) / 2_000 }
    let bias = [Float](repeating: 0.25, count: inputs.count)
    for (kind, reference) in [
      (RAG_ACTIVATION_NONE, { $0 }),
      (RAG_ACTIVATION_GELU_ERF, { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }),
      (
        RAG_ACTIVATION_GELU_TANH,
        { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
      ),
      (RAG_ACTIVATION_RELU, { max(0, $0) }),
    ] as [(rag_activation, (Double) -> Double)] {
      var x = inputs
      level.kernels.bias_activation(kind, bias, x.count, &x, x.count, 1)
      let worst = zip(inputs, x).map { input, output in
        let argument = Double(input + 0.25)
        return abs(Double(output) - reference(argument)) / max(1, abs(argument))
      }.max()
      #expect(worst ?? 1 < 1e-6)
    }
  }

  @Test("let what is no number through", arguments: KernelLevel.supported)
  func notFinite(level: KernelLevel) {
    var x = [Float](repeating: 1, count: 16)
    x.replaceSubrange(0..<3, with: [.nan, .infinity, -.infinity])
    level.kernels.bias_activation(
      RAG_ACTIVATION_GELU_ERF, [Float](repeating: 0, count: 16), 16, &x, 16, 1)
    #expect(x[0].isNaN && x[1] == .infinity && !(x[2] > 0))
  }

  @Test("normalise rows as Float64 does at every width", arguments: columnCounts)
  func norm(columns: Int) {
    let rows = 3
    let input = KernelMatrix(rows: rows, columns: columns, seed: 3)
    let residual = KernelMatrix(rows: rows, columns: columns, seed: 4)
    let gamma = KernelMatrix(rows: 1, columns: columns, seed: 5)
    let beta = KernelMatrix(rows: 1, columns: columns, seed: 6)
    let expected = (0..<rows).flatMap { row in
      let sum = (0..<columns).map { Double(input[row, $0]) + Double(residual[row, $0]) }
      let mean = sum.reduce(0, +) / Double(columns)
      let variance = sum.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
      return (0..<columns).map {
        (sum[$0] - mean) / (variance + 1e-5).squareRoot() * Double(gamma[0, $0])
          + Double(beta[0, $0])
      }
    }
    var outputs: [[Float]] = []
    for level in KernelLevel.supported {
      // In place over the residual.
      var out = residual
      gamma.values.withUnsafeBufferPointer { gamma in
        beta.values.withUnsafeBufferPointer { beta in
          out.values.withUnsafeMutableBufferPointer { out in
            var norm = rag_norm(
              columns: columns, gamma: gamma.base, beta: beta.base, epsilon: 1e-5)
            level.kernels.add_norm(
              &norm, input.values, out.base, input.stride, rows, out.base)
          }
        }
      }
      #expect(largestDifference(out.plain, expected) < 2e-5, "\(level)")
      #expect(
        (0..<rows).allSatisfy { row in
          out.values[(row * out.stride + columns)..<((row + 1) * out.stride)].allSatisfy { $0 == 0 }
        })
      if level != .scalar { outputs.append(out.plain) }
    }
    #expect(outputs.dropFirst().allSatisfy { $0 == outputs[0] })
  }

  @Test("show in the code of a row what is no number in it", arguments: KernelLevel.supported)
  func spoiled(level: KernelLevel) {
    for value in [Float.nan, .infinity, -.infinity, Float(bitPattern: 0x7FC0_0001)] {
      var input = KernelMatrix(rows: 1, columns: 384, seed: 10)
      input.values[3] = value
      #expect(!QuantizedRows(input, by: level.kernels).codes[0].shift.isFinite)
    }
  }

  @Test("rotate rows without changing products", arguments: [16, 32, 48, 64, 128, 320, 384])
  func rotation(columns: Int) {
    let pair = KernelMatrix(rows: 2, columns: columns, seed: 8)
    let count = rag_rotation_vectors(columns)
    for level in KernelLevel.supported {
      var rotated = pair
      for row in 0..<2 {
        pair.values.withUnsafeBufferPointer { source in
          rotated.values.withUnsafeMutableBufferPointer { target in
            let offset = row * columns
            level.kernels.rotate(source.base + offset, columns, target.base + offset)
          }
        }
      }
      func product(_ matrix: KernelMatrix, _ row: Int) -> Double {
        (0..<columns).reduce(0) { $0 + Double(matrix[0, $1]) * Double(matrix[row, $1]) }
      }
      for row in 0..<2 {
        let expected = product(pair, row) * Double(count * count)
        #expect(abs(product(rotated, row) - expected) < 1e-4 * max(1, abs(expected)))
      }
      // What is far out is spread over as many values as it says.
      var unit = KernelMatrix(rows: 1, columns: columns)
      unit.values[5] = 1
      var spread = unit
      level.kernels.rotate(unit.values, columns, &spread.values)
      #expect(spread.plain.filter { abs($0) == 1 }.count == count * count)
      #expect(spread.plain.filter { $0 == 0 }.count == columns - count * count)
    }
  }

  @Test("round rows to bytes within half a step", arguments: [16, 48, 384])
  func quantization(columns: Int) {
    var input = KernelMatrix(rows: 7, columns: columns, in: -3...9, seed: 9)
    for column in 0..<columns {
      // A row of equal values, which has no steps, and such as differ by little of what they are.
      input.values[4 * columns + column] = 0
      input.values[5 * columns + column] = 1 + Float(column % 7) * 1.2e-7
      input.values[6 * columns + column] = 1e6 + Float(column % 5) / 16
    }
    var all: [[Int8]] = []
    for level in KernelLevel.supported {
      let quantized = QuantizedRows(input, by: level.kernels)
      let bytes = quantized.bytes
      for row in 0..<7 {
        var rotated = [Float](repeating: 0, count: columns)
        level.kernels.rotate(
          Array(input.values[(row * columns)..<((row + 1) * columns)]), columns, &rotated)
        let code = quantized.codes[row]
        for column in 0..<columns {
          let value = code.scale * Float(bytes[row * columns + column]) + code.shift
          #expect(abs(value - rotated[column]) <= 0.501 * code.scale + 1e-6 * max(1, abs(value)))
        }
        let sum = bytes[(row * columns)..<((row + 1) * columns)].reduce(0) { $0 + Int32($1) }
        #expect(code.start == -128 * sum)
      }
      if level != .scalar { all.append(bytes) }
    }
    #expect(all.dropFirst().allSatisfy { $0 == all[0] })
  }
}
