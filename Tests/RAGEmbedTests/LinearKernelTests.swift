import CRAGKernels
import Foundation
import Testing

@Suite("Linear layers")
struct LinearKernelTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var inputs: Int
    var outputs: Int
    var testDescription: String { "\(inputs) to \(outputs)" }
  }

  static let shapes = [(1, 1), (7, 17), (16, 48), (32, 96), (50, 49), (400, 100), (800, 33)].map {
    Shape(inputs: $0.0, outputs: $0.1)
  }

  /// Weights `[outputs, inputs]` and bias.
  struct Layer {
    let shape: Shape
    let weights: [Float]
    let bias: [Float]

    init(_ shape: Shape, seed: UInt64) {
      self.shape = shape
      weights = KernelMatrix(rows: 1, columns: shape.inputs * shape.outputs, seed: seed).plain
      bias = KernelMatrix(rows: 1, columns: shape.outputs, seed: seed + 1).plain
    }

    var panelWidth: Int { rag_panels(shape.outputs) * RAG_PANEL }

    var filledBias: [Float] { bias + [Float](repeating: 0, count: panelWidth - bias.count) }

    /// The exact outputs for a row.
    func outputs(of row: [Double]) -> [Double] {
      (0..<shape.outputs).map { output in
        row.indices.reduce(Double(bias[output])) {
          $0 + Double(weights[output * shape.inputs + $1]) * row[$1]
        }
      }
    }

    func run(_ kernels: rag_encoder_kernels, _ input: KernelMatrix, rows: Range<Int>) -> [Float] {
      var packed = [Float](repeating: 0, count: shape.inputs * panelWidth)
      rag_pack(weights, shape.outputs, shape.inputs, 0, RAG_PANEL, &packed)
      var output = KernelMatrix(rows: rows.count, columns: shape.outputs, fill: .nan)
      packed.withUnsafeBufferPointer { packed in
        filledBias.withUnsafeBufferPointer { bias in
          input.values.withUnsafeBufferPointer { input_ in
            var layer = rag_linear(
              inputs: shape.inputs, outputs: shape.outputs, weights: packed.base,
              bias: bias.base)
            kernels.linear(
              &layer, input_.base + rows.lowerBound * input.stride, input.stride,
              rows.count, RAG_ACTIVATION_NONE, &output.values, output.stride)
          }
        }
      }
      return output.plain
    }
  }

  @Test("of Float32 give what Float64 gives at every level", arguments: shapes)
  func floats(shape: Shape) {
    let layer = Layer(shape, seed: 1)
    let input = KernelMatrix(rows: 19, columns: shape.inputs, seed: 3)
    let expected = (0..<input.rows).flatMap { row in
      layer.outputs(of: (0..<shape.inputs).map { Double(input[row, $0]) })
    }
    for level in KernelLevel.supported {
      let output = layer.run(level.kernels, input, rows: 0..<19)
      #expect(largestDifference(output, expected) < 1e-4, "\(level)")
    }
  }

  @Test("give a row the same bits among any others, and at every level that fuses")
  func invariance() throws {
    let layer = Layer(Shape(inputs: 400, outputs: 100), seed: 5)
    let input = KernelMatrix(rows: 23, columns: 400, seed: 6)
    let reference = try #require(KernelLevel.alike.last ?? KernelLevel.supported.last)
    let together = layer.run(reference.kernels, input, rows: 0..<23)
    for level in KernelLevel.alike {
      #expect(layer.run(level.kernels, input, rows: 0..<23) == together, "\(level)")
    }
    for count in 1...23 {
      for first in [0, 23 - count] {
        let part = layer.run(reference.kernels, input, rows: first..<(first + count))
        #expect(part[...] == together[(first * 100)..<((first + count) * 100)], "\(count) rows")
      }
    }
  }

  @Test("of bytes give exactly what their bytes stand for, at every level", arguments: shapes)
  func bytes(shape: Shape) throws {
    let width = KernelMatrix.padded(shape.inputs)
    let layer = Layer(Shape(inputs: width, outputs: shape.outputs), seed: 7)
    let rows = 11
    let input = KernelMatrix(rows: rows, columns: width, seed: 9)
    var outputs: [[Float]] = []
    for level in KernelLevel.supported {
      let kernels = level.kernels
      var weights = [UInt8](repeating: 128, count: width * layer.panelWidth)
      var scales = [Float](repeating: 0, count: layer.panelWidth)
      var sums = scales
      rag_pack_bytes(layer.weights, shape.outputs, width, 0, &weights, &scales, &sums)
      let quantized = QuantizedRows(input, by: kernels)
      var output = KernelMatrix(rows: rows, columns: shape.outputs, fill: .nan)
      weights.withUnsafeBufferPointer { weights in
        scales.withUnsafeBufferPointer { scales in
          sums.withUnsafeBufferPointer { sums in
            layer.filledBias.withUnsafeBufferPointer { bias in
              var packed = rag_byte_linear(
                inputs: width, outputs: shape.outputs, weights: weights.base,
                bias: bias.base, scales: scales.base, sums: sums.base)
              kernels.byte_linear(
                &packed, quantized.inputs, quantized.codes, rows, RAG_ACTIVATION_NONE,
                &output.values, output.stride)
            }
          }
        }
      }
      // The same from the bytes, one by one.
      let expected = (0..<rows).flatMap { row in
        (0..<shape.outputs).map { column in
          (0..<width).reduce(Double(layer.bias[column])) { sum, k in
            let panel = column / RAG_PANEL * RAG_PANEL * width
            let stored = weights[panel + (k / 4 * RAG_PANEL + column % RAG_PANEL) * 4 + k % 4]
            let weight = Double(scales[column]) * (Double(stored) - 128)
            let code = quantized.codes[row]
            let byte = Double(quantized.bytes[row * width + k])
            return sum + weight * (Double(code.scale) * byte + Double(code.shift))
          }
        }
      }
      #expect(largestDifference(output.plain, expected) < 1e-5, "\(level)")
      if level != .scalar { outputs.append(output.plain) }
    }
    #expect(outputs.dropFirst().allSatisfy { $0 == outputs[0] })
  }

  @Test("of bytes round weights to the nearest of 255 steps, and a row of zeros to zeros")
  func rounding() {
    var weights = [UInt8](repeating: 128, count: 16 * 48)
    var scales = [Float](repeating: -1, count: 48)
    var sums = scales
    let row: [Float] = [1.27, -1.27, 0.004, 0.006, -0.5] + [Float](repeating: 0, count: 11)
    rag_pack_bytes(row + [Float](repeating: 0, count: 16), 2, 16, 0, &weights, &scales, &sums)
    let bytes: [UInt8] = (0..<16).map { (input: Int) -> UInt8 in
      weights[input / 4 * 192 + input % 4]
    }
    #expect(bytes == [255, 1, 128, 129, 78] + [UInt8](repeating: 128, count: 11))
    #expect(abs(scales[0] - 0.01) < 1e-7 && abs(sums[0] + 0.49) < 1e-5)
    #expect(scales[1] == 0 && sums[1] == 0)
  }
}
