import RAGCore

/// Makes one vector of the states of a text's tokens.
package struct Pooling: Sendable, Hashable {
  /// At least one; the vectors of several stand end to end.
  package let modes: [PoolingMode]
  /// Whether the tokens of a prompt count.
  package let includesPrompt: Bool
  /// The length of a state.
  package let width: Int

  /// The length of a vector.
  package var dimension: Int { modes.count * width }

  /// Pools `[count, width]` states, whose rows are `stride` apart, of which the first `promptCount` are a prompt's; `count` is at
  /// least 1.
  func vector(
    of states: UnsafePointer<Float>, stride: Int, count: Int, promptCount: Int
  ) -> [Float] {
    let first = includesPrompt ? 0 : min(promptCount, count - 1)
    var vector: [Float] = []
    vector.reserveCapacity(dimension)
    for mode in modes { vector += pooled(states, stride, first..<count, mode) }
    return vector
  }

  private func pooled(
    _ states: UnsafePointer<Float>, _ stride: Int, _ rows: Range<Int>, _ mode: PoolingMode
  ) -> [Float] {
    let start = mode == .lastToken ? rows.upperBound - 1 : rows.lowerBound
    var vector = Array(UnsafeBufferPointer(start: states + start * stride, count: width))
    switch mode {
    case .cls, .lastToken: break
    case .mean, .meanBySquareRoot:
      for row in rows.dropFirst() {
        let state = states + row * stride
        for column in vector.indices { vector[column] += state[column] }
      }
      let count = Float(rows.count)
      let divisor = mode == .mean ? count : count.squareRoot()
      for column in vector.indices { vector[column] /= divisor }
    case .weightedMean:
      var sum: Float = 0
      for column in vector.indices { vector[column] = 0 }
      for row in rows {
        let state = states + row * stride
        let weight = Float(row + 1)
        sum += weight
        for column in vector.indices { vector[column] += weight * state[column] }
      }
      for column in vector.indices { vector[column] /= sum }
    case .max:
      for row in rows.dropFirst() {
        let state = states + row * stride
        // What is no number stays, to be found.
        for column in vector.indices where !(vector[column] >= state[column]) {
          if !vector[column].isNaN { vector[column] = state[column] }
        }
      }
    }
    return vector
  }
}

extension Pooling {
  /// Reads a pooling module's `config.json`; without one the mean is taken.
  ///
  /// - Throws: ``RAGError`` `unsupported` for a mode that is not known, `corrupt` for another
  ///   width.
  package init(folder: String, width: Int) throws {
    let file = folder + "/config.json"
    let json = try JSONValue.read(ifPresent: file) ?? .object([:])
    let stated = json["embedding_dimension"] ?? json["word_embedding_dimension"]
    guard stated == nil || stated?.integer == width else {
      throw RAGError(
        .corrupt,
        "pools vectors of \(stated?.integer ?? 0), the model's have \(width)", path: file)
    }
    self.width = width
    includesPrompt = json["include_prompt"]?.bool ?? true
    modes = try Self.modes(json, file)
  }

  private static func modes(_ json: JSONValue, _ file: String) throws -> [PoolingMode] {
    let known = PoolingMode.allCases
    func unsupported(_ what: String) -> RAGError {
      RAGError(
        .unsupported,
        "\(what); \(known.map(\.rawValue).joined(separator: ", ")) are read", path: file)
    }
    if let stated = json["pooling_mode"] {
      let names = stated.array ?? [stated]
      guard !names.isEmpty, names.count <= known.count else {
        throw unsupported("it pools in \(names.count) ways")
      }
      return try names.map { name in
        guard let mode = name.string.flatMap(PoolingMode.init(rawValue:)) else {
          let text = String((name.string ?? "").prefix(60)).debugDescription
          throw unsupported("its pooling mode \(text) is not known")
        }
        return mode
      }
    }
    let chosen = (json.object ?? [:]).filter {
      $0.key.hasPrefix("pooling_mode_") && $0.value == .bool(true)
    }
    if let key = chosen.keys.sorted().first(where: { key in !known.contains { $0.oldKey == key } })
    {
      throw unsupported("\(key.prefix(60)) is set")
    }
    let modes = known.filter { chosen[$0.oldKey] != nil }
    return modes.isEmpty ? [.mean] : modes
  }
}
