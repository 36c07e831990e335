import ArgumentParser
import Foundation

/// The rows of an fvecs or ivecs file, which has before each row its width as an Int32.
struct RowFile<Element: BitwiseCopyable> {
  let width: Int
  /// `[count, width]`
  let elements: [Element]

  var count: Int { elements.count / width }

  init(path: String) throws {
    let bytes = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
    let damaged = ValidationError("\(path) is not a file of rows of equal width")
    let width = bytes.withUnsafeBytes { $0.count < 4 ? 0 : $0.loadUnaligned(as: Int32.self) }
    let size = MemoryLayout<Element>.stride
    let stride = 4 + Int(width) * size
    guard width > 0, bytes.count.isMultiple(of: stride) else { throw damaged }
    let count = bytes.count / stride
    self.width = Int(width)
    elements = try bytes.withUnsafeBytes { source in
      try [Element](unsafeUninitializedCapacity: count * Int(width)) { target, initialized in
        let target = UnsafeMutableRawBufferPointer(target)
        for row in 0..<count {
          let start = row * stride
          guard source.loadUnaligned(fromByteOffset: start, as: Int32.self) == width else {
            throw damaged
          }
          let place = row * Int(width) * size
          UnsafeMutableRawBufferPointer(rebasing: target[place..<place + Int(width) * size])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start + 4..<start + stride]))
        }
        initialized = count * Int(width)
      }
    }
  }
}
