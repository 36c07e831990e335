import ArgumentParser
import Foundation

/// Vectors of length 1, one after the other.
struct VectorTable: Sendable {
  let dimension: Int
  /// `[count, dimension]`
  let elements: [Float]

  var count: Int { elements.count / dimension }

  init(dimension: Int, elements: [Float]) {
    self.dimension = dimension
    self.elements = elements
  }

  /// Reads an fvecs file.
  init(path: String) throws {
    let file = try RowFile<Float>(path: path)
    self.init(dimension: file.width, elements: file.elements)
    for row in 0..<count where abs(similarity(row, self, row) - 1) > 1e-3 {
      throw ValidationError("\(path): vector \(row) has not the length 1")
    }
  }

  subscript(row: Int) -> [Float] { Array(elements[row * dimension..<(row + 1) * dimension]) }

  /// The vectors of some rows, one after the other.
  func gathered(_ rows: some Collection<Int>) -> [Float] {
    var gathered: [Float] = []
    gathered.reserveCapacity(rows.count * dimension)
    for row in rows { gathered += elements[row * dimension..<(row + 1) * dimension] }
    return gathered
  }

  /// Writes an fvecs file.
  func write(to path: String) throws {
    var bytes = Data(capacity: count * (dimension + 1) * 4)
    for row in 0..<count {
      withUnsafeBytes(of: Int32(dimension)) { bytes.append(contentsOf: $0) }
      self[row].withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    try bytes.write(to: URL(filePath: path))
  }

  /// The exact similarity of a row of this table and one of another.
  func similarity(_ row: Int, _ other: VectorTable, _ otherRow: Int) -> Float {
    elements.withUnsafeBufferPointer { a in
      other.elements.withUnsafeBufferPointer { b in
        innerProduct(
          UnsafeBufferPointer(rebasing: a[row * dimension..<(row + 1) * dimension]),
          UnsafeBufferPointer(rebasing: b[otherRow * dimension..<(otherRow + 1) * dimension]))
      }
    }
  }
}

/// The inner product in Float32, always summed in the same order.
@inline(__always)
func innerProduct(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Float {
  let (a, b, count) = (UnsafeRawBufferPointer(a), UnsafeRawBufferPointer(b), a.count)
  var lanes = SIMD16<Float>.zero
  var index = 0
  while index + 16 <= count {
    lanes +=
      a.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
      * b.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
    index += 16
  }
  var sum = lanes.sum()
  while index < count {
    sum +=
      a.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
      * b.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
    index += 1
  }
  return sum
}
