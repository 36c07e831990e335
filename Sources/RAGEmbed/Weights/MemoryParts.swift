/// Hands out the parts of one block of memory, in order and each on a cache line.
struct MemoryParts {
  /// The bytes handed out so far.
  private(set) var byteCount = 0
  private let base: UnsafeMutableRawPointer

  init(of base: UnsafeMutableRawPointer) { self.base = base }

  /// The size of what `body` takes.
  static func byteCount(of body: (inout MemoryParts) -> Void) -> Int {
    // Addresses are only counted here, never followed, and 64 is one.
    var parts = MemoryParts(of: UnsafeMutableRawPointer(bitPattern: 64).unsafelyUnwrapped)
    body(&parts)
    return parts.byteCount
  }

  /// The next `count` values.
  mutating func take<Value: BitwiseCopyable>(
    _ count: Int, of type: Value.Type = Value.self
  ) -> UnsafeMutablePointer<Value> {
    defer { byteCount += (count * MemoryLayout<Value>.stride + 63) / 64 * 64 }
    return (base + byteCount).bindMemory(to: type, capacity: count)
  }
}
