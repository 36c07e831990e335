/// Makes one vector of the states of a text's tokens.
struct Pooling: Sendable {
  let mode: PoolingMode
  let normalizes: Bool
  let dimension: Int

  /// Pools `[count, dimension]` states; `count` is at least 1.
  func vector(of states: UnsafePointer<Float>, count: Int) -> [Float] {
    var vector = Array(UnsafeBufferPointer(start: states, count: dimension))
    switch mode {
    case .cls: break
    case .mean:
      for row in 1..<max(count, 1) {
        let state = states + row * dimension
        for column in vector.indices { vector[column] += state[column] }
      }
      for column in vector.indices { vector[column] /= Float(count) }
    case .max:
      for row in 1..<max(count, 1) {
        let state = states + row * dimension
        for column in vector.indices { vector[column] = max(vector[column], state[column]) }
      }
    }
    if normalizes { normalize(&vector) }
    return vector
  }

  /// Scales to length 1; a vector of zeros stays one.
  private func normalize(_ vector: inout [Float]) {
    let square = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
    let scale = 1 / max(square.squareRoot(), 1e-12)
    for column in vector.indices { vector[column] = Float(Double(vector[column]) * scale) }
  }
}
