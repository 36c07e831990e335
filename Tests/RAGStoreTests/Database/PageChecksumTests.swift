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

  @Test("One byte of page 1 is put right, whatever it has become, and one bit of any other page")
  func correction() {
    let content = (0..<PageChecksum.pageSize).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var random = TestRandom(seed: 5)
    for number: UInt32 in [1, 2] {
      var whole = content
      whole.withUnsafeMutableBytes { PageChecksum.seal($0, number: number) }
      for _ in 0..<200 {
        var page = whole
        let place = Int.random(in: 0..<PageChecksum.contentSize, using: &random)
        page[place] ^=
          number == 1 ? UInt8.random(in: 1...255, using: &random) : 1 << UInt8(place % 8)
        let isWhole = page.withUnsafeMutableBytes { PageChecksum.correct($0, number: number) }
        #expect(isWhole && page == whole, "byte \(place) of page \(number)")
      }
    }
  }
}
