import Testing

@testable import RAGRetrieve

@Suite("The words of a text")
struct WordSetTests {
  @Test(
    "are those of another with nine tenths and every number in common",
    arguments: [
      ("The lease ends in June.", "the LEASE ends, in June!", true),
      ("a b c d e f g h i j k l m n o p q r s t", "a b c d e f g h i j k l m n o p q r s", true),
      ("a b c d e f g h i", "a b c d e f g h", false),
      ("a b c d e f g h i", "a b c d e f g h i j", true),
      ("a b c d e f g h i j k l m n o p q r 2024", "a b c d e f g h i j k l m n o p q r", false),
      ("a b c d e f g h i j k l m n o p q r 9", "a b c d e f g h i j k l m n o p q r 8", false),
      ("owl", "heron", false), ("", "owl", false), ("", "—", true),
    ])
  func same(a: String, b: String, isSame: Bool) {
    #expect(WordSet(a).isNearlySame(as: WordSet(b)) == isSame)
    #expect(WordSet(b).isNearlySame(as: WordSet(a)) == isSame)
  }

  @Test("are compared as sets of words are", arguments: [1, 2, 3] as [UInt64])
  func oracle(seed: UInt64) {
    var state = seed
    func next(below bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    for _ in 0..<300 {
      // Most words are of both.
      var words: [[String]] = [[], []]
      for number in 0..<(1 + next(below: 60)) {
        let word =
          next(below: 40) == 0 ? "\(number)" : "word" + String(repeating: "x", count: Int(number))
        let place = next(below: 30)
        if place != 0 { words[0].append(word) }
        if place != 1 { words[1].append(word) }
      }
      let (a, b) = (Set(words[0]), Set(words[1]))
      let isSame =
        10 * a.intersection(b).count >= 9 * a.union(b).count
        && a.symmetricDifference(b).allSatisfy { Int($0) == nil }
      #expect(
        WordSet(words[0].joined(separator: " "))
          .isNearlySame(as: WordSet(words[1].joined(separator: "\n"))) == isSame,
        "seed \(seed), \(words)")
    }
  }
}
