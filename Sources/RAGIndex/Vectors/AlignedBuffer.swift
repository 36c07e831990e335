import CRAGKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A growable run of plain values whose start lies on a cache line.
///
/// A large one is a mapping of its own: in huge pages where the kernel grants them, since a search
/// reads it at random and each address costs one translation; and it grows without being copied.
struct AlignedBuffer<Element: BitwiseCopyable>: ~Copyable {
  /// The values; valid until the next growth.
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int

  private static var cacheLine: Int { 64 }
  private static var smallestMapping: Int { 256 << 10 }

  init(capacity: Int) {
    self.capacity = capacity
    base = Self.allocate(capacity)
  }

  deinit {
    Self.deallocate(base, capacity)
  }

  /// Makes room for `count` values, by half more than there was so that growth costs O(1) a value.
  /// What was there is kept, and what is new is zero.
  mutating func reserve(_ count: Int) {
    guard count > capacity else { return }
    let larger = max(count, capacity + capacity / 2)
    if let grown = Self.grow(base, capacity, to: larger) {
      base = grown
    } else {
      let replacement = Self.allocate(larger)
      replacement.update(from: base, count: capacity)
      Self.deallocate(base, capacity)
      base = replacement
    }
    capacity = larger
  }

  private static func byteCount(_ count: Int) -> Int {
    max(1, count) * MemoryLayout<Element>.stride
  }

  /// Memory set to zero, which is a value of every type kept here.
  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Element> {
    let byteCount = byteCount(count)
    #if os(Linux)
      if byteCount >= smallestMapping {
        let mapping = mmap(
          nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapping, mapping != MAP_FAILED else {
          fatalError("out of memory: \(byteCount) bytes for vectors")
        }
        // A wish that the kernel may refuse.
        madvise(mapping, byteCount, MADV_HUGEPAGE)
        return mapping.bindMemory(to: Element.self, capacity: count)
      }
    #endif
    let raw = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: cacheLine)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    return raw.bindMemory(to: Element.self, capacity: count)
  }

  /// Lengthens a mapping; nil when the memory is not one.
  private static func grow(
    _ base: UnsafeMutablePointer<Element>, _ count: Int, to larger: Int
  ) -> UnsafeMutablePointer<Element>? {
    #if os(Linux)
      guard byteCount(count) >= smallestMapping else { return nil }
      guard let grown = rag_grow_mapping(base, byteCount(count), byteCount(larger)) else {
        fatalError("out of memory: \(byteCount(larger)) bytes for vectors")
      }
      madvise(grown, byteCount(larger), MADV_HUGEPAGE)
      return grown.bindMemory(to: Element.self, capacity: larger)
    #else
      return nil
    #endif
  }

  private static func deallocate(_ base: UnsafeMutablePointer<Element>, _ count: Int) {
    #if os(Linux)
      if byteCount(count) >= smallestMapping {
        munmap(base, byteCount(count))
        return
      }
    #endif
    base.deallocate()
  }
}
