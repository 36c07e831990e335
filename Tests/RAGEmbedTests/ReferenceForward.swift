import Foundation

/// BERT's forward pass written plainly in Float64, as the oracle of the fast one.
struct ReferenceForward {
  let model: TinyModel

  /// The last hidden states `[tokens, hidden]`.
  func states(of tokens: [Int]) -> [[Double]] {
    var states = tokens.enumerated().map { position, token in
      let sum = zip(
        row("embeddings.word_embeddings.weight", token),
        zip(
          row("embeddings.position_embeddings.weight", position),
          row("embeddings.token_type_embeddings.weight", 0))
      ).map { $0 + $1.0 + $1.1 }
      return norm(sum, "embeddings.LayerNorm")
    }
    for layer in 0..<TinyModel.layers {
      let name = "encoder.layer.\(layer)"
      let attended = attention(states, name).map { linear($0, "\(name).attention.output.dense") }
      states = zip(states, attended).map {
        norm(zip($0, $1).map(+), "\(name).attention.output.LayerNorm")
      }
      let updates = states.map {
        linear(linear($0, "\(name).intermediate.dense").map(activate), "\(name).output.dense")
      }
      states = zip(states, updates).map {
        norm(zip($0, $1).map(+), "\(name).output.LayerNorm")
      }
    }
    return states
  }

  private func attention(_ states: [[Double]], _ name: String) -> [[Double]] {
    let query = states.map { linear($0, "\(name).attention.self.query") }
    let key = states.map { linear($0, "\(name).attention.self.key") }
    let value = states.map { linear($0, "\(name).attention.self.value") }
    let size = model.hidden / model.heads
    return states.indices.map { token in
      (0..<model.hidden).map { column in
        let part = (column / size * size)..<(column / size * size + size)
        let scores = states.indices.map { other in
          part.reduce(0.0) { $0 + query[token][$1] * key[other][$1] } / Double(size).squareRoot()
        }
        let shares = scores.map { exp($0 - (scores.max() ?? 0)) }
        return zip(shares, value).reduce(0.0) { $0 + $1.0 * $1.1[column] }
          / shares.reduce(0, +)
      }
    }
  }

  private func activate(_ x: Double) -> Double {
    switch model.activation {
    case "relu": max(0, x)
    case "gelu": 0.5 * x * (1 + erf(x / 2.0.squareRoot()))
    default: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
  }

  private func linear(_ input: [Double], _ name: String) -> [Double] {
    let bias = values(name + ".bias")
    return bias.indices.map { output in
      zip(input, row(name + ".weight", output)).reduce(bias[output]) { $0 + $1.0 * $1.1 }
    }
  }

  private func norm(_ input: [Double], _ name: String) -> [Double] {
    let mean = input.reduce(0, +) / Double(input.count)
    let variance = input.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(input.count)
    return zip(input, zip(values(name + ".weight"), values(name + ".bias"))).map {
      ($0 - mean) / (variance + 1e-12).squareRoot() * $1.0 + $1.1
    }
  }

  private func values(_ name: String) -> [Double] {
    (model.tensors[name]?.values ?? []).map(Double.init)
  }

  private func row(_ name: String, _ index: Int) -> [Double] {
    guard let tensor = model.tensors[name] else { return [] }
    let width = tensor.shape[1]
    return tensor.values[(index * width)..<((index + 1) * width)].map(Double.init)
  }
}
