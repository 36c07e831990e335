import Foundation
import RAGCore
import RAGIndex
import Testing

@testable import RAGStore

/// Readers and a backup beside a writer at work, in tasks of one process: what the thread sanitizer
/// looks at.
@Suite("Beside a writer that changes, folds and compacts")
struct ReadersTests {
  /// What a reader found in one state.
  private struct Observation: Hashable {
    var revision: Int
    var near: Set<String>
    var words: Set<String>
    /// Whether a walk found each of some texts first by its own vector.
    var isExactMatchFirst: Bool
  }

  private static func observe(_ store: Store) async throws -> Observation {
    try await store.read { reader in
      let (near, words) = try reader.foundTexts()
      let isFirst = try words.sorted().prefix(3).allSatisfy { text in
        let found = try reader.nearest(to: testVector(text), count: 3, effort: .ef(300)).matches
        return try reader.chunks(found.prefix(1).map(\.id)).first?.text == text
      }
      return Observation(
        revision: reader.settings.revision, near: near, words: words, isExactMatchFirst: isFirst)
    }
  }

  @Test("four readers see one whole state each time, in both lanes")
  func readers() async throws {
    try await withTemporaryDirectory { path in
      let store = try await Store.open(IndexDirectory(path), for: .write)
      var churn = Churn(store, policy: foldPolicy(tailLimit: 20), seed: 61)
      try await churn.step()
      // Two of them share the writer's store, as the tasks of one engine do.
      let others = [
        try await Store.open(IndexDirectory(path), for: .read),
        try await Store.open(IndexDirectory(path), for: .read),
      ]
      let hasEnded = Locked(false)
      let (end, seen) = try await withThrowingTaskGroup(of: Set<Observation>.self) { group in
        for reader in [store, store] + others {
          group.addTask {
            var seen: Set<Observation> = []
            repeat { seen.insert(try await Self.observe(reader)) } while !hasEnded.withLock { $0 }
            return seen
          }
        }
        let writing = Task { [churn] in
          defer { hasEnded.withLock { $0 = true } }
          var churn = churn
          for step in 1...40 {
            try await churn.step()
            if step % 10 == 0 { try await churn.store.compact(policy: churn.policy) }
          }
          return churn
        }
        let end = try await writing.value
        return (end, try await group.reduce(into: Set()) { $0.formUnion($1) })
      }
      #expect(Set(seen.map(\.revision)).count > 1)
      for observation in seen {
        let texts = end.texts(at: observation.revision)
        let isWhole = observation.near == texts && observation.words == texts
        #expect(isWhole, "revision \(observation.revision)")
        #expect(observation.isExactMatchFirst, "revision \(observation.revision)")
      }
      for reader in [store] + others {
        let last = try await Self.observe(reader)
        let isLast = last.near == end.states.last?.texts && last.words == last.near
        #expect(isLast)
      }
      #expect(try await Store.verify(IndexDirectory(path)) == [])
    }
  }

  @Test("a backup holds one whole state")
  func backup() async throws {
    try await withTemporaryDirectory { path in
      let store = try await Store.open(IndexDirectory(path + "/index"), for: .write)
      var churn = Churn(store, policy: foldPolicy(tailLimit: 200), seed: 62)
      for _ in 0..<30 { try await churn.step() }
      #expect(try await store.read { try !$0.state().generations.isEmpty })
      let hasEnded = Locked(false)
      let writing = Task { [churn] in
        var churn = churn
        while !hasEnded.withLock({ $0 }) { try await churn.step() }
        return churn
      }
      var copies: [IndexDirectory] = []
      for _ in 0..<40 where copies.count < 6 {
        let copy = IndexDirectory(path + "/copy\(copies.count)")
        do {
          try await store.backup(to: copy)
          copies.append(copy)
        } catch RAGError.Code.busy {
          // The writer was faster than ten tries, and nothing is left of them.
          #expect(!fileExists(copy.path) && !fileExists(copy.path + ".partial"))
        } catch {
          hasEnded.withLock { $0 = true }
          throw error
        }
      }
      hasEnded.withLock { $0 = true }
      let end = try await writing.value
      #expect(copies.count == 6)
      for copy in copies {
        #expect(try await Store.verify(copy) == [])
        let reader = try await Store.open(copy, for: .read)
        let (revision, near, words) = try await reader.read { reader in
          let found = try reader.foundTexts()
          return (reader.settings.revision, found.near, found.words)
        }
        let texts = end.texts(at: revision)
        let isWhole = near == texts && words == texts
        #expect(isWhole, "revision \(revision)")
        let writer = try await Store.open(copy, for: .write)
        try await writer.put(record("new", ["fresh"]))
        #expect(try await reader.lexical("fresh") == ["fresh"])
      }
    }
  }
}
