import Testing

@testable import RAGGenerate

@Suite struct MarkerReaderTests {
  static let cases: [(text: String, tokens: [MarkerReader.Token])] = [
    ("", []),
    ("plain text", [.text("plain"), .blank(" "), .text("text")]),
    ("Yes [1].", [.text("Yes"), .blank(" "), .marker([1]), .text(".")]),
    ("ab[1][2]", [.text("ab"), .marker([1]), .marker([2])]),
    ("[1, 2]", [.marker([1, 2])]),
    ("[1;2，3、4]", [.marker([1, 2, 3, 4])]),
    ("[1-3]", [.marker([1, 2, 3])]), ("[1 – 3, 5]", [.marker([1, 2, 3, 5])]),
    ("[ 7 ]", [.marker([7])]),
    ("[^2]", [.marker([2])]),
    ("【12】", [.marker([12])]),
    ("【3†source】", [.marker([3])]),
    ("[Source 4]", [.marker([4])]),
    ("[sources 4, 5]", [.marker([4, 5])]),
    ("[0]", [.marker([0])]),
    ("[0, 1]", [.text("[0,"), .blank(" "), .text("1]")]),
    ("[0-9]+", [.text("[0-9]+")]),
    ("[0-5]", [.text("[0-5]")]),
    ("[^3^]", [.marker([3])]),
    ("【4:0†source】", [.marker([4])]),
    ("[999]", [.marker([999])]),
    ("［１，2］", [.marker([1, 2])]),
    ("[１]【２†x】", [.marker([1]), .marker([2])]),
    ("[source: 1]", [.marker([1])]),
    ("[Source:1, Doc 2]", [.marker([1, 2])]),
    ("[来源1]", [.marker([1])]),
    ("[#1]", [.marker([1])]),
    ("[1 and 2]", [.marker([1, 2])]),
    ("[1 & 2]", [.marker([1, 2])]),
    ("[1000]", [.marker([1000])]),
    ("[1-40]", [.marker(Array(1...40))]),
    ("[2024]", [.text("[2024]")]),
    ("[2019-2024]", [.text("[2019-2024]")]),
    ("[y1]", [.text("[y1]")]),
    ("[1:2]", [.text("[1:2]")]),
    ("[Source 9: Lease, 2024]", [.marker([9])]), ("[1, p. 3]", [.marker([1])]),
    ("[1, pp.3-5; 2, §4]", [.marker([1, 2])]), ("[2 第3页]", [.marker([2])]),
    ("[9: Lease]", [.text("[9:"), .blank(" "), .text("Lease]")]),
    ("[1, p]", [.text("[1,"), .blank(" "), .text("p]")]),
    ("[p. 3]", [.text("[p."), .blank(" "), .text("3]")]),
    ("[section", [.text("[section")]),
    ("[source]", [.text("[source]")]),
    ("[and]", [.text("[and]")]),
    ("[10000]", [.text("[10000]")]),
    ("[3-1]", [.text("[3-1]")]),
    ("[1-900]", [.text("[1-900]")]),
    ("[]", [.text("[]")]),
    ("[,]", [.text("[,]")]),
    ("[-1]", [.text("[-1]")]),
    ("[1.5]", [.text("[1.5]")]),
    ("[note]", [.text("[note]")]),
    ("[a [1]", [.text("[a"), .blank(" "), .marker([1])]),
    ("[[1]]", [.text("["), .marker([1]), .text("]")]),
    ("[1", [.text("[1")]),
    ("[1\n]", [.text("[1"), .blank("\n"), .text("]")]),
    ("`x[1]` [2]", [.text("`x[1]`"), .blank(" "), .marker([2])]),
    (
      "a ` b\nc [1]",
      [
        .text("a"), .blank(" "), .text("`"), .blank(" "), .text("b"), .blank("\n"), .text("c"),
        .blank(" "), .marker([1]),
      ]
    ),
    (
      "```\nx[1]\n```\n[2]",
      [
        .text("```"), .blank("\n"), .text("x[1]"), .blank("\n"), .text("```"), .blank("\n"),
        .marker([2]),
      ]
    ),
    ("[१]", [.text("[१]")]),
    ("é[1]数", [.text("é"), .marker([1]), .text("数")]),
    (
      "[\(String(repeating: "1", count: 60))]",
      [
        .text("[\(String(repeating: "1", count: 60))]")
      ]
    ),
  ]

  @Test(arguments: cases)
  func `reads markers whole and split at every place`(
    text: String, tokens: [MarkerReader.Token]
  ) {
    #expect(read([text]) == tokens)
    let scalars = Array(text.unicodeScalars)
    #expect(read(scalars.map { String($0) }) == tokens, "scalar by scalar")
    for place in scalars.indices {
      for second in place..<scalars.count {
        let pieces = [scalars[..<place], scalars[place..<second], scalars[second...]].map { part in
          var view = String.UnicodeScalarView()
          view.append(contentsOf: part)
          return String(view)
        }
        #expect(read(pieces) == tokens, "\(pieces)")
      }
    }
  }

  @Test func `what cannot be a marker does not wait`() {
    var reader = MarkerReader()
    #expect(reader.read("Hello [w") == [.text("Hello"), .blank(" ")])
    #expect(reader.read("orld] ") == [.text("[world]"), .blank(" ")])
    #expect(reader.read("done") == [.text("done")])
  }

  private func read(_ pieces: [String]) -> [MarkerReader.Token] {
    var reader = MarkerReader()
    var tokens: [MarkerReader.Token] = []
    for piece in pieces { tokens += reader.read(piece) }
    tokens += reader.finish()
    // Runs that pieces cut are one run.
    return tokens.reduce(into: []) { joined, token in
      switch (joined.last, token) {
      case (.text(let first), .text(let second)):
        joined[joined.count - 1] = .text(first + second)
      case (.blank(let first), .blank(let second)):
        joined[joined.count - 1] = .blank(first + second)
      default: joined.append(token)
      }
    }
  }
}
