import RAGCore

/// Takes tensors out of a model's weights: in place where they can be used as they are, else as a
/// Float32 copy.
struct TensorLoader {
  /// The copies.
  private(set) var owned: [AlignedBuffer] = []

  private let files: WeightFiles
  private let hiddenSize: Int
  /// Room for the matrices of all layers, and how much of it is used.
  private let matrices: UnsafeMutableBufferPointer<Float>
  private var usedCount = 0

  init(files: WeightFiles, configuration: EncoderConfiguration) throws {
    self.files = files
    hiddenSize = configuration.hiddenSize
    // The files must be about that large too, or the tensors are missed before any is copied.
    let hidden = configuration.hiddenSize
    let perLayer = 4 * hidden * hidden + 2 * hidden * configuration.intermediateSize + 3 * hidden
    guard perLayer * configuration.layerCount <= files.byteCount else {
      throw RAGError(
        .corrupt,
        "is too small for the layers that config.json names; fetch the model again"
          + " (tools/model)", path: files.path)
    }
    let arena = try AlignedBuffer(count: perLayer * configuration.layerCount)
    matrices = arena.values
    owned.append(arena)
  }

  /// The values of a tensor of the given shape, in its own order.
  mutating func values(_ name: String, _ shape: [Int]) throws -> UnsafePointer<Float> {
    let tensor = try files.tensor(named: name, shape: shape)
    if tensor.type == .float32, let base = tensor.bytes.baseAddress,
      UInt(bitPattern: base).isMultiple(of: UInt(MemoryLayout<Float>.alignment))
    {
      return base.bindMemory(
        to: Float.self, capacity: tensor.bytes.count / MemoryLayout<Float>.size)
    }
    let copy = try AlignedBuffer(count: shape.reduce(1, *))
    tensor.copy(into: copy.values)
    owned.append(copy)
    return UnsafePointer(try pointer(copy.values))
  }

  /// A norm, whose parts older models call `gamma` and `beta`.
  mutating func norm(_ name: String) throws -> BERTWeights.Norm {
    let isOld =
      files.tensor(named: "\(name).weight") == nil
      && files.tensor(named: "\(name).gamma") != nil
    return BERTWeights.Norm(
      scale: try values("\(name).\(isOld ? "gamma" : "weight")", [hiddenSize]),
      shift: try values("\(name).\(isOld ? "beta" : "bias")", [hiddenSize]))
  }

  /// The attention's biases by head and distance, `[headCount, 2 positionCount - 1]`, from a table
  /// `[buckets, headCount]`. The bias for a key `d` tokens after the query is in column
  /// `positionCount - 1 + d`.
  mutating func relativeBias(
    _ name: String, _ positions: EncoderConfiguration.RelativePositions, headCount: Int,
    positionCount: Int
  ) throws -> UnsafePointer<Float> {
    let table = try values(name, [positions.bucketCount, headCount])
    let width = 2 * positionCount - 1
    let biases = try AlignedBuffer(count: headCount * width)
    owned.append(biases)
    for column in 0..<width {
      let bucket = positions.bucket(ofDistance: column - (positionCount - 1))
      for head in 0..<headCount {
        biases.values[head * width + column] = table[bucket * headCount + head]
      }
    }
    return UnsafePointer(try pointer(biases.values))
  }

  /// Linear layers of the same inputs, joined side by side and transposed.
  mutating func linear(
    _ names: [String], inputs: Int, outputs: Int
  ) throws -> BERTWeights.Linear {
    let columns = names.count * outputs
    let joined = try take(inputs * columns)
    for (index, name) in names.enumerated() {
      let rows = try values("\(name).weight", [outputs, inputs])
      Self.transpose(
        rows, rowCount: outputs, columnCount: inputs, into: joined + index * outputs,
        stride: columns)
    }
    guard names.count > 1 else {
      return .init(weights: joined, bias: try values("\(names[0]).bias", [outputs]))
    }
    let bias = try take(columns)
    for (index, name) in names.enumerated() {
      let part = try values("\(name).bias", [outputs])
      (bias + index * outputs).update(from: part, count: outputs)
    }
    return .init(weights: joined, bias: bias)
  }

  private mutating func take(_ count: Int) throws -> UnsafeMutablePointer<Float> {
    let start = try pointer(matrices)
    // `init` summed up the same sizes.
    precondition(usedCount + count <= matrices.count)
    defer { usedCount += count }
    return start + usedCount
  }

  private func pointer(
    _ values: UnsafeMutableBufferPointer<Float>
  ) throws -> UnsafeMutablePointer<Float> {
    guard let pointer = values.baseAddress else {
      throw RAGError(.corrupt, "has an empty tensor", path: files.path)
    }
    return pointer
  }

  /// Transposes by blocks that fit the first-level cache.
  private static func transpose(
    _ source: UnsafePointer<Float>, rowCount: Int, columnCount: Int,
    into target: UnsafeMutablePointer<Float>, stride targetStride: Int
  ) {
    let block = 16
    for firstRow in stride(from: 0, to: rowCount, by: block) {
      let rows = firstRow..<min(firstRow + block, rowCount)
      for firstColumn in stride(from: 0, to: columnCount, by: block) {
        for column in firstColumn..<min(firstColumn + block, columnCount) {
          let line = target + column * targetStride
          for row in rows { line[row] = source[row * columnCount + column] }
        }
      }
    }
  }
}
