import CRAGKernels
import RAGCore

/// An encoder's weights in memory, ready for the forward pass.
final class EncoderModel: Sendable {
  let configuration: EncoderConfiguration
  let files: WeightFiles
  let weights: EncoderWeights
  let wordEmbeddings: WordEmbeddings
  /// What tokens of the second type have more than those of the first, `[hiddenSize]`; nil where
  /// the model knows one type at most.
  let secondTypeShift: [Float]?
  private let block: Block

  /// Whether the packed weights came from the cache.
  var isMapped: Bool { if case .mapped = block { true } else { false } }

  /// Where the packed weights are; kept alive, and not written to any more.
  private enum Block: Sendable {
    case mapped(MappedFile)
    case memory(ZeroedMemory)
  }

  /// Maps the packed weights from the cache, or packs them and keeps them there.
  ///
  /// - Throws: ``RAGError`` `corrupt` for a missing tensor or a wrong shape, `unsupported` for an
  ///   element type other than F32, F16 and BF16, `limitExceeded` where there is not so much memory.
  init(
    files: WeightFiles, digest: String, configuration: EncoderConfiguration, form: WeightForm,
    kernels: rag_encoder_kernels, cache: WeightCache
  ) throws {
    let names = try TensorNames(configuration.family, in: files)
    wordEmbeddings = WordEmbeddings(
      try files.tensor(
        named: names.wordEmbeddings,
        shape: [configuration.vocabularySize, configuration.hiddenSize]))
    secondTypeShift = try Self.secondTypeShift(files, names, configuration)
    try Self.check(files, hold: configuration)
    let byteCount = MemoryParts.byteCount {
      _ = EncoderWeights(configuration, form, in: &$0)
    }
    let key = Self.key(digest, configuration, form)
    if let file = cache.block(for: key, byteCount: byteCount),
      let start = WeightCache.start(of: file)
    {
      var parts = MemoryParts(of: UnsafeMutableRawPointer(mutating: start))
      weights = EncoderWeights(configuration, form, in: &parts)
      block = .mapped(file)
    } else {
      let memory = try ZeroedMemory(byteCount: byteCount)
      var parts = MemoryParts(of: memory.start)
      weights = EncoderWeights(configuration, form, in: &parts)
      try weights.fill(from: files, named: names, configuration, kernels)
      cache.keep(UnsafeRawBufferPointer(start: memory.start, count: byteCount), for: key)
      block = .memory(memory)
    }
    self.files = files
    self.configuration = configuration
  }

  private static func secondTypeShift(
    _ files: WeightFiles, _ names: TensorNames, _ configuration: EncoderConfiguration
  ) throws -> [Float]? {
    guard configuration.tokenTypeCount > 1, let name = names.tokenTypeEmbeddings else { return nil }
    let hidden = configuration.hiddenSize
    let table = try files.values(named: name, shape: [configuration.tokenTypeCount, hidden])
    return (0..<hidden).map { table[hidden + $0] - table[$0] }
  }

  /// Names everything that decides what is in the block.
  private static func key(
    _ digest: String, _ configuration: EncoderConfiguration, _ form: WeightForm
  ) -> String {
    let numbers = [
      configuration.hiddenSize, configuration.headCount, configuration.layerCount,
      configuration.intermediateSize, configuration.positionCount, configuration.positionOffset,
      configuration.tokenTypeCount, configuration.relativePositions?.bucketCount ?? 0,
      configuration.relativePositions?.maximumDistance ?? 0, RAG_LANES, RAG_PANEL,
    ]
    return ([digest, form.rawValue, configuration.family.rawValue] + numbers.map(String.init))
      .joined(separator: ";")
  }

  /// The files must be about as large as the layers that `config.json` names, or memory would be
  /// taken for tensors that are not there.
  private static func check(
    _ files: WeightFiles, hold configuration: EncoderConfiguration
  ) throws {
    let hidden = configuration.hiddenSize
    let perLayer = 4 * hidden * hidden + 2 * hidden * configuration.intermediateSize
    // Half precision takes two bytes a value.
    guard 2 * perLayer * configuration.layerCount <= files.byteCount else {
      throw RAGError(
        .corrupt,
        "is too small for the layers that config.json names; fetch the model again"
          + " (tools/model)", path: files.path)
    }
  }
}

/// The table of word embeddings, read where it lies in the model's file.
struct WordEmbeddings: @unchecked Sendable {
  // Sendable: the bytes are of a mapped file, which is never written to.

  private let tensor: WeightFiles.Tensor
  private let hiddenSize: Int

  init(_ tensor: WeightFiles.Tensor) {
    self.tensor = tensor
    hiddenSize = tensor.shape[1]
  }

  /// Copies a token's row as Float32, `[hiddenSize]`.
  func copyRow(of token: Int32, to target: UnsafeMutablePointer<Float>) {
    let rowByteCount = hiddenSize * tensor.type.byteCount
    let bytes = UnsafeRawBufferPointer(
      rebasing: tensor.bytes[(Int(token) * rowByteCount)..<((Int(token) + 1) * rowByteCount)])
    tensor.type.copy(bytes, to: UnsafeMutableBufferPointer(start: target, count: hiddenSize))
  }
}
