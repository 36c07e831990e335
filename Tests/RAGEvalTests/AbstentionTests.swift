import RAGCore
import Testing

@testable import RAGEval

@Suite("Abstentions")
struct AbstentionTests {
  @Test("are counted on both sides, and the area does not depend on where")
  func counts() throws {
    let queries: [String: Abstention.Evidence] = [
      "a": .init(answered: 0.9, hidden: 0.1), "b": .init(answered: 0.2, hidden: 0.3),
      "c": .init(answered: 0.3, hidden: 0.24), "d": .init(answered: 0.8, hidden: 0.25),
    ]
    let quarter = try Abstention(minimumEvidence: 0.25, queries: queries)
    #expect(quarter.falseAbstentions == 1 && quarter.correctAbstentions == 2)
    // Of 16 pairs: 4 and 4 for the high ones, 1 for 0.2, 3 and a tie for 0.3.
    #expect(quarter.auc == 12.5 / 16)
    let none = try Abstention(minimumEvidence: 0, queries: queries)
    #expect(none.falseAbstentions == 0 && none.correctAbstentions == 0 && none.auc == quarter.auc)
    #expect(throws: RAGError.self) { try Abstention(minimumEvidence: 0.25, queries: [:]) }
  }

  @Test("have the area that counting all pairs gives", arguments: 0..<20)
  func area(seed: Int) throws {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 60) / 16
    }
    let values = (0..<(1 + seed)).map { _ in Abstention.Evidence(answered: next(), hidden: next()) }
    let pairs = values.flatMap { a in
      values.map { b in a.answered > b.hidden ? 1 : a.answered == b.hidden ? 0.5 : 0 }
    }
    let queries = Dictionary(uniqueKeysWithValues: values.enumerated().map { ("\($0)", $1) })
    let area = try Abstention(minimumEvidence: 0.5, queries: queries).auc
    #expect(abs(area - pairs.reduce(0, +) / Double(pairs.count)) < 1e-12, "seed \(seed)")
  }

  @Test("are measured with the relevant documents and without, where there are some")
  func measure() async throws {
    let set = JudgedSet(
      name: "s", documents: [],
      queries: [.init(id: "1", text: "a"), .init(id: "2", text: "b"), .init(id: "3", text: "c")],
      qrels: Qrels(grades: ["1": ["x": 1, "y": 0, "z": 2], "2": ["y": 0], "3": ["w": 1]]))
    var asked: [String] = []
    var count = 0
    let abstention = try await Abstention.measure(
      set, minimumEvidence: 0.5, onQuery: { count += 1 }
    ) { text, hidden in
      asked.append("\(text) \(hidden.sorted().joined())")
      return hidden.isEmpty ? 0.7 : text == "a" ? 0.2 : 0.6
    }
    #expect(asked == ["a ", "a xz", "c ", "c w"] && count == 3)
    #expect(abstention.queries["1"] == .init(answered: 0.7, hidden: 0.2))
    #expect(abstention.falseAbstentions == 0 && abstention.correctAbstentions == 1)
  }
}
