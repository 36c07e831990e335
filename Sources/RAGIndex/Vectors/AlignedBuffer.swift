/// A growable run of plain values whose start lies on a cache line.
struct AlignedBuffer<Element: BitwiseCopyable>: ~Copyable {
  /// The values; valid until the next growth.
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int

  /// The alignment of `base`, in bytes.
  static var alignment: Int { 64 }

  init(capacity: Int) {
    self.capacity = capacity
    base = Self.allocate(capacity)
  }

  deinit {
    base.deallocate()
  }

  /// Makes room for `count` values, by half more than there was so that growth costs O(1) a value.
  /// What was there is kept.
  mutating func reserve(_ count: Int) {
    guard count > capacity else { return }
    let larger = max(count, capacity + capacity / 2)
    let replacement = Self.allocate(larger)
    replacement.update(from: base, count: capacity)
    base.deallocate()
    base = replacement
    capacity = larger
  }

  /// Memory set to zero, which is a value of every type kept here.
  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Element> {
    let byteCount = max(1, count) * MemoryLayout<Element>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: alignment)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    return raw.bindMemory(to: Element.self, capacity: count)
  }
}
