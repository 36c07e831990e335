/// Rows of vectors that passed ``VectorMetric/check(_:)``, read one by one in the form that is
/// compared.
struct PreparedVectors: Sendable {
  private let elements: [Float]
  private let metric: VectorMetric
  private let dimension: Int

  init(_ elements: [Float], _ metric: VectorMetric, dimension: Int) {
    self.elements = elements
    self.metric = metric
    self.dimension = dimension
  }

  func copy(_ row: Int, into target: UnsafeMutablePointer<Float>) {
    let factor = factor(row)
    elements.withUnsafeBufferPointer { elements in
      for index in 0..<dimension {
        target[index] = Float(Double(elements[row * dimension + index]) * factor)
      }
    }
  }

  /// The mean of all rows, `[dimension]`.
  func mean() -> [Float] {
    var sums = Array(repeating: 0.0, count: dimension)
    let rows = elements.count / dimension
    elements.withUnsafeBufferPointer { elements in
      sums.withUnsafeMutableBufferPointer { sums in
        for row in 0..<rows {
          let factor = factor(row)
          for index in 0..<dimension {
            sums[index] += Double(elements[row * dimension + index]) * factor
          }
        }
      }
    }
    return sums.map { Float($0 / Double(rows)) }
  }

  /// The length of the longest of some rows as they are compared.
  func largestLength(of rows: ArraySlice<Int>) -> Float {
    metric == .cosine ? 1 : Float(rows.reduce(0) { max($0, squaredLength($1)) }.squareRoot())
  }

  private func factor(_ row: Int) -> Double {
    metric == .cosine ? 1 / squaredLength(row).squareRoot() : 1
  }

  private func squaredLength(_ row: Int) -> Double {
    elements.withUnsafeBufferPointer { elements in
      var sum = 0.0
      for index in 0..<dimension {
        let element = Double(elements[row * dimension + index])
        sum += element * element
      }
      return sum
    }
  }
}
