import RAGCore

@testable import RAGEmbed

/// The tensors of a file fill its data, and can be read.
func fuzzSafetensors(_ input: [UInt8]) throws {
  let path = try Scratch.write(input, to: "model.safetensors")
  let weights = try WeightFiles(path: path)
  var byteCount = 0
  for name in weights.names {
    guard let tensor = weights.tensor(named: name) else { fatalError("a name has no tensor") }
    byteCount += tensor.bytes.count
    require(
      tensor.shape.reduce(tensor.type.byteCount, *) == tensor.bytes.count, "shape and size differ")
    // Reads every byte, for the address sanitizer.
    _ = tensor.bytes.reduce(0, &+)
    do {
      let values = try weights.values(named: name, shape: tensor.shape)
      require(values.count == tensor.shape.reduce(1, *), "another number of values")
    } catch let error as RAGError where error.code == .unsupported {}
  }
  require(byteCount <= input.count, "more data than the file")
}
