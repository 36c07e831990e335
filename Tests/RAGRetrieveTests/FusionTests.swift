import RAGCore
import RAGIndex
import Testing

@testable import RAGRetrieve

@Suite("Fusion")
struct FusionTests {
  private let vector = [(1, 0.9), (2, 0.8), (3, 0.5)].map(Self.match)
  private let lexical = [(3, 12.0), (4, 8.0), (1, 4.0)].map(Self.match)

  private static func match(_ id: Int, _ score: Double) -> Match {
    Match(id: Int64(id), score: Float(score))
  }

  @Test("by reciprocal ranks adds one over constant and rank")
  func reciprocalRank() {
    let fused = Fusion.reciprocalRank(constant: 60).fuse([.vector: vector, .lexical: lexical])
    // 3 is third and first, 1 is first and third: equal sums keep the order of ids.
    #expect(fused.map(\.id) == [1, 3, 2, 4])
    #expect(abs(fused[0].score - (1 / 61.0 + 1 / 63.0)) < 1e-12)
    #expect(abs(fused[2].score - 1 / 62.0) < 1e-12)
  }

  @Test("by convex combination weighs scores scaled between each lane's ends")
  func convex() {
    let fused = Fusion.convex(vectorWeight: 0.6).fuse([.vector: vector, .lexical: lexical])
    let scores = Dictionary(uniqueKeysWithValues: fused.map { ($0.id, $0.score) })
    #expect(abs((scores[1] ?? 0) - 0.6) < 1e-6)
    #expect(abs((scores[2] ?? 0) - 0.6 * 0.75) < 1e-6)
    #expect(abs((scores[3] ?? 0) - 0.4) < 1e-6)
    #expect(abs((scores[4] ?? 0) - 0.4 * 0.5) < 1e-6)
  }

  @Test("of one lane keeps its scores and order")
  func oneLane() {
    let fused = Fusion.standard.fuse([.lexical: lexical])
    #expect(fused.map(\.id) == [3, 4, 1])
    #expect(fused.map(\.score) == [12, 8, 4])
  }

  @Test("of lanes whose candidates score alike does not divide by nothing")
  func constantScores() {
    let equal = [Self.match(1, 2), Self.match(2, 2)]
    let convex = Fusion.convex(vectorWeight: 0.5)
    let fused = convex.fuse([.vector: equal, .lexical: []])
    #expect(fused.map(\.score) == [0.5, 0.5])
    #expect(convex.fuse([.vector: [], .lexical: []]).isEmpty)
  }
}
