import Foundation
import RAGCore
import RAGIndex
import Testing

@testable import RAGStore

@Suite("Work on generations that is cancelled while it runs")
struct CancelledFoldTests {
  enum Work: String, Sendable, CaseIterable {
    case fold, compaction

    /// Chunks behind a body of 300. Those of a fold are more than the policy lets a body have
    /// beside it, those of a compaction fewer: so each makes one generation of all.
    var tailCount: Int { self == .fold ? 250 : 60 }

    func run(_ store: Store) async throws {
      let policy = foldPolicy(tailLimit: 100)
      switch self {
      case .fold: try await store.foldIfNeeded(policy: policy)
      case .compaction: try await store.compact(policy: policy)
      }
    }
  }

  /// What is seen of an index. Scores of files are rounded, so ranks far from the first may differ.
  private struct View: Equatable {
    var near: Set<Int64>
    var nearest: [String] = []
    var words: [Set<Int64>] = []

    init(_ store: Store) async throws {
      near = try await store.read { reader in
        let found = try reader.nearest(to: testVector("probe"), count: 1_000, effort: .exact)
        return Set(found.matches.map(\.id))
      }
      for text in ["word7 shared early", "word207 shared early", "word31 shared late"] {
        nearest += try await store.read { reader in
          let found = try reader.nearest(to: testVector(text), count: 1).matches
          return try reader.chunks(found.map(\.id)).map(\.text)
        }
      }
      for word in ["shared", "early", "late", "word7", "absent"] {
        let found = try await store.read { try $0.lexicalMatches(word, count: 1_000) }
        words.append(Set(found.map(\.id)))
      }
    }
  }

  /// Makes an index with a body, a tail, and removed chunks in both.
  private func makeIndex(_ work: Work, at path: String) async throws {
    func texts(_ count: Int, _ word: String) -> [String] {
      (0..<count).map { "word\($0) shared \(word)" }
    }
    let store = try await Store.open(IndexDirectory(path), for: .write)
    try await store.put(record("a", texts(280, "early")), record("b", texts(20, "early b")))
    try await store.settle(policy: foldPolicy(tailLimit: 100))
    try await store.put(
      record("c", texts(work.tailCount - 10, "late")), record("d", texts(10, "late d")))
    try await store.apply([.remove(key: "b"), .remove(key: "d")], encoder: nil, chunking: nil)
    try await store.emptyLog()
  }

  /// Runs work, and cancels its task after a number of yields of this one; never where it is nil.
  /// - Returns: the yields until it ended, and whether it ended whole.
  private func run(
    _ work: Work, _ store: Store, cancelledAfter limit: Int?
  ) async throws -> (yields: Int, isWhole: Bool) {
    let hasEnded = Locked(false)
    let task = Task {
      defer { hasEnded.withLock { $0 = true } }
      try await work.run(store)
    }
    var yields = 0
    while !hasEnded.withLock({ $0 }) {
      if yields == limit { task.cancel() }
      await Task.yield()
      yields += 1
    }
    do {
      try await task.value
      return (yields, true)
    } catch RAGError.Code.cancelled {
      return (yields, false)
    }
  }

  @Test("leaves the old state or the new one, and the next goes through", arguments: Work.allCases)
  func cancel(work: Work) async throws {
    try await withTemporaryDirectory { path in
      let origin = path + "/origin"
      try await makeIndex(work, at: origin)
      func open(_ name: String) async throws -> Store {
        try FileManager.default.copyItem(atPath: origin, toPath: path + "/" + name)
        return try await Store.open(IndexDirectory(path + "/" + name), for: .write)
      }
      func generations(_ store: Store) async throws -> [Generation] {
        try await store.read { try $0.state().generations }
      }
      let whole = try await open("whole")
      let (old, view) = (try await generations(whole), try await View(whole))
      let yields = try await run(work, whole, cancelledAfter: nil).yields
      let new = try await generations(whole)
      #expect(
        old.map(\.chunkCount) == [300] && new.map(\.chunkCount) == [280 + work.tailCount - 10])
      #expect(try await View(whole) == view)
      #expect(view.near == view.words[0] && view.near.count == new.first?.chunkCount)

      var random = TestRandom(seed: 41)
      var cancelledCount = 0
      for round in 0..<10 {
        let name = "round\(round)"
        let store = try await open(name)
        let limit = round == 0 ? 0 : Int.random(in: 0...yields, using: &random)
        let place = "\(work.rawValue), cancelled after \(limit) of \(yields) yields"
        let isWhole = try await run(work, store, cancelledAfter: limit).isWhole
        if !isWhole { cancelledCount += 1 }
        let left = try await generations(store)
        // Of the same chunks come the same bytes, however often it was begun.
        #expect(left == new || left == old && !isWhole, "\(place)")
        #expect(try await View(store) == view, "\(place)")
        let directory = IndexDirectory(path + "/" + name)
        #expect(try await Store.verify(directory) == [], "\(place)")

        try await work.run(store)
        let last = try await generations(store)
        #expect(last.map(\.chunkCount) == new.map(\.chunkCount), "\(place)")
        #expect(last.map(\.lastChunk) == new.map(\.lastChunk), "\(place)")
        #expect(try await store.read { try $0.state().tombstones.count } == 0, "\(place)")
        #expect(try await View(store) == view, "\(place)")
        #expect(try await Store.verify(directory) == [], "\(place)")
        // What was cancelled behind its commit left the files that it took the place of. Emptying the
        // log waits for no reader, not even for one that is just being closed.
        for _ in 0..<1_000 where directory.hasLog {
          try await store.emptyLog()
          await Task.yield()
        }
        #expect(!directory.hasLog, "\(place)")
        _ = try await Store.open(directory, for: .write)
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
          .filter { $0.hasPrefix("g") }
        let expected = last.flatMap { ["g\($0.number).graph", "g\($0.number).terms"] }
        #expect(Set(files) == Set(expected), "\(place)")
      }
      #expect(cancelledCount > 0)
    }
  }
}
