import RAGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Zeroed memory, aligned for SIMD and, where large, backed by huge pages.
final class ZeroedMemory: @unchecked Sendable {
  // Sendable: the owner decides who writes; see each use.

  let start: UnsafeMutableRawPointer
  private let mapping: UnsafeMutableRawBufferPointer

  /// - Throws: ``RAGError`` `limitExceeded` where there is not so much memory.
  init(byteCount: Int) throws {
    let hugePage = 2 << 20
    guard (0..<(Int.max - hugePage)).contains(byteCount) else { throw Self.noMemory(byteCount) }
    // A mapping is zeroed page by page as it is touched, and starts on a page.
    let isHuge = byteCount >= hugePage
    let mappedCount = isHuge ? byteCount + hugePage : max(byteCount, 1)
    let mapped = mmap(
      nil, mappedCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped, mapped != MAP_FAILED else { throw Self.noMemory(byteCount) }
    mapping = UnsafeMutableRawBufferPointer(start: mapped, count: mappedCount)
    start = isHuge ? mapped.alignedUp(toMultipleOf: hugePage) : mapped
    if isHuge { madvise(start, byteCount, MADV_HUGEPAGE) }
  }

  deinit { munmap(mapping.baseAddress, mapping.count) }

  private static func noMemory(_ byteCount: Int) -> RAGError {
    RAGError(.limitExceeded, "no memory for \(byteCount) bytes of the encoder")
  }
}
