import Testing

@testable import RAGCore
@testable import RAGLexical

@Suite("Lexical search")
struct SearchTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("A name of a program is found first where it stands, and then its parts")
  func names() throws {
    let directory = try TemporaryDirectory()
    var texts: [Text] = (1...40).map { (Int64($0), "filler number \($0) to be read") }
    texts.append((41, "Max. retry count"))
    texts.append(
      (42, "let maxRetryCount = 3 // " + String(repeating: "some other words ", count: 9)))
    let file = try lexicalFile(texts, directory.file("names"))
    func found(_ query: String) throws -> [Int64] {
      try LexicalSearch.search(LexicalQuery(query), in: [file], k: 9).map(\.id)
    }
    #expect(try found("maxRetryCount") == [42, 41])
    #expect(try Set(found("retry count")) == [41, 42])
    // Of stop words in a name nothing is found.
    #expect(try found("toXAML") == [])
    // Parts stand for a name that no text has.
    #expect(try Set(found("countRetry filler").prefix(2)) == [41, 42])
    func coverage(_ query: String) throws -> [Int64: Double] {
      try LexicalSearch.coverage(of: LexicalQuery(query), by: IDSet([1, 41, 42]), in: [file])
    }
    #expect(try coverage("countRetry") == [41: 1, 42: 1])
    #expect(try coverage("maxRetryCount") == [42: 1])
    #expect(try coverage("is_a").isEmpty)
    // One that no text has is no more than one that some have.
    let shares = try coverage("countRetryMax maxRetryCount")
    #expect(shares[42].map { $0 > 0.99 } == true && shares[41].map { $0 < 0.5 } == true)
    texts.append((43, "it has_a name, and this is a text"))
    let other = try lexicalFile(texts, directory.file("others"))
    func best(_ query: String) throws -> [Int64: Double] {
      try LexicalSearch.coverage(of: LexicalQuery(query), by: IDSet([41, 43]), in: [other])
    }
    #expect(try best("is_a").isEmpty && best("has_a") == [43: 1])
  }

  @Test(
    "Answers are those of the formula, and the same however the texts are split",
    arguments: 0..<24)
  func answers(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let count = seed % 4 == 0 ? 6_000 : Int.random(in: 1...600, using: &random)
    let texts = randomTexts(
      count, words: [5, 40, 200][Int(seed % 3)], longest: [3, 30][Int(seed % 2)], using: &random)
    let oracle = BM25Oracle(texts)
    let whole = try lexicalFile(texts, directory.file("whole"))
    try whole.check()
    let (files, memory) = try split(texts, using: &random)
    for round in 0..<12 {
      let query = LexicalQuery(
        (0...(round / 2)).map { _ in randomWord(60, using: &random) }.joined(separator: " "))
      let ids = texts.map(\.id)
      let allowing: IDSet? =
        round % 3 == 1 ? IDSet(ids.filter { $0 % Int64(1 + round * round) == 0 }) : nil
      let excluding: IDSet? =
        round % 4 == 2 ? IDSet(ids.filter { _ in Bool.random(using: &random) }) : nil
      let allowed = allowing.map { Set($0.sorted) }
      let excluded = Set(excluding?.sorted ?? [])
      let isAllowed = { id in allowed?.contains(id) ?? true && !excluded.contains(id) }

      func search(_ k: Int, _ files: [LexicalFile], _ memory: LexicalMemory?) throws -> [Match] {
        try LexicalSearch.search(
          query, in: files, memory: memory, k: k, allowing: allowing, excluding: excluding)
      }
      let all = try search(count, [whole], nil)
      oracle.expect(all, to: query, k: count, among: isAllowed)
      for k in [1, 3, 10, 100] {
        let best = Array(all.prefix(k))
        #expect(try search(k, [whole], nil) == best, "seed \(seed), round \(round), k \(k)")
        #expect(try search(k, files, memory) == best, "seed \(seed), round \(round), k \(k)")
      }
    }
  }

  @Test("Texts of the same score come by their ids, whatever k is")
  func ties() throws {
    let texts: [Text] = (0..<5_000).map {
      (Int64($0), $0 % 3 == 0 ? "blue whale" : "red fox jumps")
    }
    let file = try lexicalFile(texts, directory.file("a"))
    let matches = try LexicalSearch.search(LexicalQuery("blue whales"), in: [file], k: 50)
    #expect(matches.map(\.id) == (0..<50).map { Int64(3 * $0) })
  }

  @Test("Nothing is found without texts, terms or room")
  func nothing() throws {
    let file = try lexicalFile([], directory.file("a"))
    try file.check()
    #expect(file.count == 0)
    let one = try lexicalFile([(7, "a needle"), (9, "")], directory.file("b"))
    try one.check()
    let query = LexicalQuery("needle")
    #expect(try LexicalSearch.search(query, in: [], k: 5) == [])
    #expect(try LexicalSearch.search(query, in: [file], memory: LexicalMemory(), k: 5) == [])
    #expect(try LexicalSearch.search(query, in: [one], k: 0) == [])
    #expect(try LexicalSearch.search(query, in: [one], k: 5, allowing: IDSet([])) == [])
    #expect(try LexicalSearch.search(query, in: [one], k: 5, excluding: IDSet([7])) == [])
    #expect(try LexicalSearch.search(LexicalQuery(" ?! "), in: [one], k: 5) == [])
    #expect(try LexicalSearch.search(query, in: [file, one], k: 5).map(\.id) == [7])
    #expect(try one.ids() == [7, 9])
    #expect(try one.contains(9))
    #expect(try !one.contains(8))
  }

  @Test("A CJK character alone finds the pairs that begin with it and the ends of runs")
  func prefixes() throws {
    let texts: [Text] = [(1, "数据库"), (2, "参数"), (3, "数"), (4, "据数据"), (5, "其他")]
    let file = try lexicalFile(Array(texts.prefix(2)), directory.file("a"))
    var memory = LexicalMemory()
    for text in texts.dropFirst(2) { try memory.append(id: text.id, text: text.text) }
    func ids(_ text: String) throws -> [Int64] {
      try LexicalSearch.search(LexicalQuery(text), in: [file], memory: memory, k: 9).map(\.id)
        .sorted()
    }
    #expect(try ids("数") == [1, 2, 3, 4])
    #expect(try ids("数据") == [1, 4])
    #expect(try ids("库") == [1])
  }

  @Test("A CJK character alone finds the same among few postings and among many", arguments: 0..<6)
  func rareCharacters(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let share = [1, 40, 300][Int(seed % 3)]
    let texts: [Text] = (0..<3_000).map { number in
      let run = (0..<Int.random(in: 1...4, using: &random)).compactMap { _ in
        "数据库索引".randomElement(using: &random).map(String.init)
      }.joined()
      return (Int64(number), "w\(number % 7) w\(number % 11)" + (number % share == 0 ? run : ""))
    }
    let oracle = BM25Oracle(texts)
    let file = try lexicalFile(Array(texts.prefix(2_000)), directory.file("a"))
    var memory = LexicalMemory()
    try memory.append(texts.dropFirst(2_000))
    // Each twice: the second time the postings are known.
    for text in ["数", "库 w3", "索 引 据", "数", "库 w3", "索 引 据"] {
      let query = LexicalQuery(text)
      for k in [3, 3_000] {
        let found = try LexicalSearch.search(query, in: [file], memory: memory, k: k)
        oracle.expect(found, to: query, k: k) { _ in true }
      }
    }
  }

  @Test("A cancelled search says so")
  func cancelled() async throws {
    let file = try lexicalFile([(1, "a needle")], directory.file("a"))
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try LexicalSearch.search(LexicalQuery("needle"), in: [file], k: 1)
    }
    await #expect { try await task.value } throws: { ($0 as? RAGError)?.code == .cancelled }
  }

  /// Spreads texts over files and memory.
  private func split(
    _ texts: [Text], using random: inout SplitMix64
  ) throws -> ([LexicalFile], LexicalMemory) {
    var rest = texts[...]
    var files: [LexicalFile] = []
    for index in 0..<Int.random(in: 0...3, using: &random) {
      let part = rest.prefix(Int.random(in: 0...rest.count, using: &random))
      rest = rest.dropFirst(part.count)
      files.append(try lexicalFile(Array(part), directory.file("part\(index)")))
    }
    var memory = LexicalMemory()
    while !rest.isEmpty {
      let part = rest.prefix(Int.random(in: 1...max(1, rest.count / 3), using: &random))
      rest = rest.dropFirst(part.count)
      try memory.append(part.map { $0 })
    }
    return (files, memory)
  }
}
