import RAGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Zeroed memory for Float32 values, aligned for SIMD and, where large, backed by huge pages.
final class AlignedBuffer: @unchecked Sendable {
  // Sendable: the owner decides who writes; see each use.

  let values: UnsafeMutableBufferPointer<Float>
  private let mapping: UnsafeMutableRawBufferPointer

  /// - Throws: ``RAGError`` `limitExceeded` where there is not so much memory.
  init(count: Int) throws {
    let hugePage = 2 << 20
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    guard !overflow, (0..<(Int.max - hugePage)).contains(byteCount) else {
      throw Self.noMemory(count)
    }
    // A mapping is zeroed page by page as it is touched, and starts on a page.
    let isHuge = byteCount >= hugePage
    let mappedCount = isHuge ? byteCount + hugePage : max(byteCount, 1)
    let mapped = mmap(
      nil, mappedCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped, mapped != MAP_FAILED else { throw Self.noMemory(count) }
    mapping = UnsafeMutableRawBufferPointer(start: mapped, count: mappedCount)
    let start = isHuge ? mapped.alignedUp(toMultipleOf: hugePage) : mapped
    if isHuge { madvise(start, byteCount, MADV_HUGEPAGE) }
    values = UnsafeMutableBufferPointer(
      start: start.bindMemory(to: Float.self, capacity: count), count: count)
  }

  deinit { munmap(mapping.baseAddress, mapping.count) }

  private static func noMemory(_ count: Int) -> RAGError {
    RAGError(.limitExceeded, "no memory for \(count) numbers of the encoder")
  }
}
