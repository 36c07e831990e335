import RAGCore

/// Takes tensors out of a safetensors file: in place where they can be used as they are, else as
/// a Float32 copy.
struct TensorLoader {
  /// The copies.
  private(set) var owned: [AlignedBuffer] = []

  private let file: SafetensorsFile
  private let hiddenSize: Int
  /// Put before every name (`bert.` where the model was saved with a head).
  private let prefix: String
  /// Room for the matrices of all layers, and how much of it is used.
  private let matrices: UnsafeMutableBufferPointer<Float>
  private var usedCount = 0

  init(file: SafetensorsFile, configuration: BERTConfiguration) throws {
    self.file = file
    hiddenSize = configuration.hiddenSize
    prefix = file.tensors["bert.embeddings.word_embeddings.weight"] == nil ? "" : "bert."
    // The file must be about that large too, or the tensors are missed before any is copied.
    let hidden = configuration.hiddenSize
    let perLayer = 4 * hidden * hidden + 2 * hidden * configuration.intermediateSize + 3 * hidden
    guard perLayer * configuration.layerCount <= file.file.bytes.count else {
      throw RAGError(
        .corrupt,
        "is too small for the layers that config.json names; fetch the model again"
          + " (tools/model)", path: file.path)
    }
    let arena = try AlignedBuffer(count: perLayer * configuration.layerCount)
    matrices = arena.values
    owned.append(arena)
  }

  /// The values of a tensor of the given shape, in its own order.
  mutating func values(_ name: String, _ shape: [Int]) throws -> UnsafePointer<Float> {
    let tensor = try tensor(name, shape)
    let bytes = file.bytes(of: tensor)
    if tensor.type == .float32, let base = bytes.baseAddress,
      UInt(bitPattern: base).isMultiple(of: UInt(MemoryLayout<Float>.alignment))
    {
      return base.bindMemory(to: Float.self, capacity: bytes.count / MemoryLayout<Float>.size)
    }
    let copy = try AlignedBuffer(count: shape.reduce(1, *))
    try convert(tensor, into: copy.values)
    owned.append(copy)
    return UnsafePointer(try pointer(copy.values))
  }

  mutating func norm(_ name: String) throws -> BERTWeights.Norm {
    BERTWeights.Norm(
      scale: try values("\(name).weight", [hiddenSize]),
      shift: try values("\(name).bias", [hiddenSize]))
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
      throw RAGError(.corrupt, "has an empty tensor", path: file.path)
    }
    return pointer
  }

  private func tensor(_ name: String, _ shape: [Int]) throws -> SafetensorsFile.Tensor {
    guard let tensor = file.tensors[prefix + name] else {
      throw RAGError(
        .corrupt, "lacks the tensor \(prefix + name); fetch the model again (tools/model)",
        path: file.path)
    }
    guard tensor.shape == shape else {
      throw RAGError(
        .corrupt,
        "\(prefix + name) has the shape \(tensor.shape), config.json asks for \(shape); fetch the"
          + " model again (tools/model)", path: file.path)
    }
    return tensor
  }

  private func convert(
    _ tensor: SafetensorsFile.Tensor, into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    let bytes = file.bytes(of: tensor)
    switch tensor.type {
    case .float32:
      UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
    case .float16:
      for index in target.indices {
        let bits = bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
        target[index] = Float(Float16(bitPattern: bits))
      }
    case .bfloat16:
      for index in target.indices {
        let bits = bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
        target[index] = Float(bitPattern: UInt32(bits) << 16)
      }
    default:
      throw RAGError(
        .unsupported,
        "\(tensor.name) is stored as \(tensor.type.rawValue); F32, F16 and BF16 are"
          + " read", path: file.path)
    }
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
