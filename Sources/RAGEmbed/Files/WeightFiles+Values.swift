import RAGCore

extension WeightFiles {
  /// The tensor of a name and shape.
  ///
  /// - Throws: ``RAGError`` `corrupt` for a missing tensor or another shape, `unsupported` for an
  ///   element type other than F32, F16 and BF16.
  package func tensor(named name: String, shape: [Int]) throws -> Tensor {
    guard let tensor = tensor(named: name) else {
      throw RAGError(
        .corrupt, "lacks the tensor \(name.prefix(100)); fetch the model again (tools/model)",
        path: path)
    }
    guard tensor.shape == shape else {
      throw RAGError(
        .corrupt,
        "\(name.prefix(100)) has the shape \(tensor.shape), the configuration asks for \(shape);"
          + " fetch the model again (tools/model)", path: tensor.path)
    }
    guard [.float32, .float16, .bfloat16].contains(tensor.type) else {
      throw RAGError(
        .unsupported,
        "\(name.prefix(100)) is stored as \(tensor.type.rawValue); F32, F16 and BF16 are read",
        path: tensor.path)
    }
    return tensor
  }

  /// The values of a tensor of a name and shape.
  ///
  /// - Throws: As ``tensor(named:shape:)``.
  package func values(named name: String, shape: [Int]) throws -> [Float] {
    let tensor = try tensor(named: name, shape: shape)
    // The shape fits the file, so its product does not overflow.
    let count = shape.reduce(1, *)
    return [Float](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      tensor.type.copy(tensor.bytes, to: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initializedCount = count
    }
  }
}
