import RAGCore
import Testing

@Suite("Sentence splitter")
struct SentenceSplitterTests {
  private func sentences(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return SentenceSplitter.ranges(in: text).map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  @Test(
    "splits where sentences end (| marks the ends)",
    arguments: [
      "One sentence.| Two sentences!| Three?| Four",
      "He said \"Stop!\"| Then he left.| (It was late.)| \"Why?\" she asked.",
      "It costs 3.14 dollars at www.example.com/a.html?x=1.2 today.| Call foo.bar() now.",
      "Dr. Smith met Mrs. Jones, Ph.D. candidate.| They talked, e.g. about J. R. Tolkien.| End.",
      "See Fig. 3 and No. 5, pp. 3-4.| No.| It is 5 p.m. now.| It was 5 p.m.| He left.",
      "The U.S. Army came.| Foo Inc. and Bar Ltd. agreed.| It was made by Foo Inc.| They agreed.",
      "1. Introduction to it.| 2. More of it.| In 1990.| Then.",
      "Wait... what is it?| Well…| Yes.| So… no.",
      "hello there.| how are you?| fine!| thanks.",
      "What?!| Really?!?| Yes.",
      "今天天气很好。|我们去公园吧！|好吗？|“好。”|他说；|走了",
      "「行こう。」と彼は言った。|「はい。」|彼女は答えた。",
      "什么?|我不知道!|版本3.5很好。|Swift 6.1は速い。",
      "यह है।| वह है॥| ما هذا؟| نعم۔",
      "First paragraph\n\n|second one\nstill second\r\n \r\n|third",
      "Ångström was here.| Él vino.| ¿Qué?| ¡Sí!",
      "We use z.B. Wasser.| Das war's.| Wo?| In Berlin.",
      "Me and I.| You.",
      "Der Vertrag endet am 30. Juni 2027.| Sie wohnt im 3. Stock.| Der 2. Weltkrieg war lang.",
      "Am 3. Werktag, vom 30. 6. bis zum 1. 7. 2027, z. B. Montag, S. 12 und Abs. 2.| Dann 12.| Es",
      "it came in 2012.| in may it went with version 3. then.| so there.| It was 3. Dez. 2024.| I am 30.| The next.",
      "The lease ends in 2027.| The next began in chapter 12.| Tom came 3.| He left.",
      "1. See chapter 12.|\n13. It had 12.| 30 people came.",
      "He ruled in Smith v. Jones and in Foo Inc. v. Bar vs. Baz, see p. 5.| We call it v.| Then.",
      "No end",
    ])
  func splits(marked: String) {
    let expected = marked.split(separator: "|").map {
      $0.trimming(while: \.isWhitespace)
    }
    #expect(sentences(marked.replacing("|", with: "")) == expected)
  }

  private func isBlank(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.properties.isWhitespace }
  }

  @Test("gives nothing for white space", arguments: ["", " ", "\n\n\t", "\u{3000}\u{A0}\u{2029}"])
  func empty(text: String) {
    #expect(SentenceSplitter.ranges(in: text).isEmpty)
  }

  @Test("covers every character but white space once, in order, on scalar boundaries")
  func coverage() {
    let alphabet = [
      "a", "B", "ß", "。", "！", ".", "…", "?", " ", "\n", "\r\n", "\u{3000}", "」", "\"", "1", "e.g",
      "Mr", "am", "v", "日", "\u{301}", "👩‍👩‍👧", "\u{FE0F}", "\u{2029}", "\0", "؟", "🇩🇪",
    ]
    for seed in 0..<400 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let text = (0..<random.below(60)).map { _ in alphabet[random.below(alphabet.count)] }.joined()
      let ranges = SentenceSplitter.ranges(in: text)
      let bytes = Array(text.utf8)
      var position = 0
      for range in ranges {
        #expect(range.lowerBound >= position && !range.isEmpty, "seed \(seed)")
        let between = String(decoding: bytes[position..<range.lowerBound], as: UTF8.self)
        let inside = String(validating: bytes[range], as: UTF8.self)
        #expect(isBlank(between), "seed \(seed)")
        #expect(inside?.unicodeScalars.first?.properties.isWhitespace == false, "seed \(seed)")
        #expect(inside?.unicodeScalars.last?.properties.isWhitespace == false, "seed \(seed)")
        position = range.upperBound
      }
      let rest = String(decoding: bytes[position...], as: UTF8.self)
      #expect(isBlank(rest), "seed \(seed)")
    }
  }

  @Test(
    "long monotone texts take one pass",
    arguments: [
      ".", "a", "a.", "e.g. ", "\n", "\"", ". ", "。", "\u{301}", "1.", "「", "am 3. ", "V v. ",
    ])
  func floods(unit: String) {
    let text = String(repeating: unit, count: (2 << 20) / unit.utf8.count)
    let ranges = SentenceSplitter.ranges(in: text)
    #expect(ranges.count <= text.utf8.count)
  }
}

extension String.SubSequence {
  fileprivate func trimming(while predicate: (Character) -> Bool) -> String {
    var slice = drop(while: predicate)
    while let last = slice.last, predicate(last) { slice.removeLast() }
    return String(slice)
  }
}
