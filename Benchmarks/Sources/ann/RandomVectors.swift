import BenchmarkSupport

/// Unit vectors around a hundred centres, so that there is something to navigate.
func randomVectors(
  count: Int, queries: Int, dimension: Int
) -> (base: VectorTable, queries: VectorTable) {
  var generator = SeededGenerator(seed: 1)
  func point(around centre: [Float]?, spread: Float) -> [Float] {
    let elements = (0..<dimension).map { index in
      // The sum of uniform numbers is near enough to a normal one.
      let noise = (0..<4).reduce(Float(0)) { sum, _ in
        sum + Float.random(in: -1...1, using: &generator)
      }
      return (centre?[index] ?? 0) + spread * noise
    }
    let length = elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return elements.map { $0 / length }
  }
  let centres = (0..<100).map { _ in point(around: nil, spread: 1) }
  // A centre has the length 1, four uniform numbers the variance 4/3.
  let spread = 0.7 / (Float(dimension) * 4 / 3).squareRoot()
  func table(_ count: Int) -> VectorTable {
    VectorTable(
      dimension: dimension,
      elements: (0..<count).flatMap { _ in
        point(around: centres.randomElement(using: &generator), spread: spread)
      })
  }
  return (table(count), table(queries))
}
