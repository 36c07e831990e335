import RAGGenerate
import Testing

@Suite struct EstimatedTokenCounterTests {
  @Test(arguments: [
    ("", 0), ("a", 1), ("word", 1), ("words", 2), ("two words", 3), ("12345", 5), ("数据库", 6),
    ("😀", 4), ("getHTTPResponse", 4), ("    return", 4), ("x9Zq", 3), ("éàü", 3), ("a\n\n", 3),
    ("Привет", 6),
  ])
  func `counts by script and kind of character`(text: String, count: Int) {
    #expect(EstimatedTokenCounter().tokenCount(of: text) == count)
  }

  @Test(arguments: 0..<40)
  func `ranges are in order, within the text and on scalar boundaries`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let alphabet = Array("aZ é\n\t0.数😀한ሙ´_").map(String.init)
    let text = (0..<200).map { _ in alphabet.randomElement(using: &generator) ?? "" }.joined()
    let counter = EstimatedTokenCounter()
    let ranges = counter.tokenRanges(in: text)
    #expect(ranges.count == counter.tokenCount(of: text))
    var last = 0
    for range in ranges {
      #expect(range.lowerBound >= last && range.upperBound <= text.utf8.count, "seed \(seed)")
      #expect(!text.slice(range).contains("\u{FFFD}"), "seed \(seed)")
      last = range.lowerBound
    }
    #expect(ranges.count * 4 >= text.utf8.filter { $0 != 0x20 }.count)
  }
}
