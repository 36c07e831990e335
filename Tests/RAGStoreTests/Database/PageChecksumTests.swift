import CSQLite
import GRDB
import Testing

@testable import RAGStore

@Suite("Page checksums")
struct PageChecksumTests {
  @Test("A sealed page matches under its own number alone, and no flipped bit goes unseen")
  func sealing() {
    var page = (0..<PageChecksum.pageSize).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    page.withUnsafeMutableBytes { page in
      PageChecksum.seal(page, number: 5)
      #expect(PageChecksum.matches(UnsafeRawBufferPointer(page), number: 5))
      #expect(!PageChecksum.matches(UnsafeRawBufferPointer(page), number: 6))
      for bit in 0..<(page.count * 8) {
        page[bit / 8] ^= 1 << (bit % 8)
        #expect(!PageChecksum.matches(UnsafeRawBufferPointer(page), number: 5))
        page[bit / 8] ^= 1 << (bit % 8)
      }
    }
  }
}
