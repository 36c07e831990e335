import RAGCore
import RAGIndex

@testable import RAGStore

/// A writer that adds, replaces and removes documents at random, and what may be seen of them.
struct Churn {
  let store: Store
  let policy: FoldPolicy
  private var random: TestRandom
  private var documents: [String: [String]] = [:]
  private var stepCount = 0
  /// What every state holds, by the first revision that does; folds change nothing of it.
  private(set) var states: [(revision: Int, texts: Set<String>)] = [(0, [])]

  init(_ store: Store, policy: FoldPolicy, seed: UInt64) {
    self.store = store
    self.policy = policy
    random = TestRandom(seed: seed)
  }

  /// Changes one to three documents in one transaction, then folds what is due.
  mutating func step() async throws {
    stepCount += 1
    var changes: [Change] = []
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let key = "d\(Int.random(in: 0..<12, using: &random))"
      if documents[key] != nil, Int.random(in: 0..<3, using: &random) == 0 {
        documents[key] = nil
        changes.append(.remove(key: key))
      } else {
        let count = Int.random(in: 1...15, using: &random)
        let texts = (0..<count).map { "word\($0) shared \(key) \(stepCount) \(changes.count)" }
        documents[key] = texts
        changes.append(.put(record(key, texts)))
      }
    }
    try await store.apply(changes, encoder: testEncoder, chunking: "{}")
    let revision = try await store.read { $0.settings.revision }
    states.append((revision, Set(documents.values.joined())))
    try await store.foldIfNeeded(policy: policy)
  }

  /// The texts of the state of a revision.
  func texts(at revision: Int) -> Set<String>? {
    states.last { $0.revision <= revision }?.texts
  }
}

extension StoreReader {
  /// The texts that each lane finds when it is asked for all of a ``Churn``.
  func foundTexts() throws -> (near: Set<String>, words: Set<String>) {
    func texts(_ found: [Match]) throws -> Set<String> {
      Set(try chunks(found.map(\.id)).map(\.text))
    }
    return (
      settings.dimension == nil
        ? [] : try texts(nearest(to: testVector("probe"), count: 1_000, effort: .exact).matches),
      try texts(lexicalMatches("shared", count: 1_000))
    )
  }
}
