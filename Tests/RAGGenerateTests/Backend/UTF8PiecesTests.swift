import Testing

@testable import RAGGenerate

@Suite struct UTF8PiecesTests {
  @Test(arguments: [
    Array("aé数😀z".utf8), [0xFF, 0x61, 0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98, 0x61],
    [0x80, 0x80, 0x80, 0x80, 0x80], [0xC0, 0x80, 0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80],
  ])
  func `pieces cut anywhere give what the whole gives`(bytes: [UInt8]) {
    let whole = String(decoding: bytes, as: UTF8.self)
    for first in 0...bytes.count {
      for second in first...bytes.count {
        var decoder = UTF8Pieces()
        let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
        let text = pieces.map { decoder.decode(Array($0)) }.joined() + decoder.finish()
        #expect(text == whole, "\(first) \(second)")
      }
    }
  }
}
