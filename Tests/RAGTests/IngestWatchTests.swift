import Foundation
import RAG
import Testing

@Suite("A watch", .timeLimit(.minutes(20)))
struct IngestWatchTests {
  /// A watch, read event by event.
  private struct Watched {
    private var iterator: AsyncThrowingStream<IngestEvent, any Error>.AsyncIterator
    let directory: TestDirectory
    let engine: Engine

    init(_ directory: TestDirectory, options: IngestOptions = IngestOptions()) async throws {
      self.directory = directory
      engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      iterator = engine.watch([.path(directory.docs)], options: options).makeAsyncIterator()
    }

    /// Reads the outcomes of whole ingests until as many have come as are expected.
    mutating func outcomes(_ count: Int) async throws -> [String: IngestOutcome] {
      var outcomes: [String: IngestOutcome] = [:]
      while let event = try await iterator.next() {
        switch event {
        case .source(let id, let outcome):
          if outcome != .unchanged {
            outcomes[String(id.dropFirst(directory.docs.count))] = outcome
          }
        case .finished: if outcomes.count >= count { return outcomes }
        case .progress: break
        }
      }
      return outcomes
    }
  }

  @Test("sees files come, change, move and go")
  func files() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<8 { try directory.write("\(index).txt", "Text \(index) alpha.") }
      var watched = try await Watched(directory)
      #expect(try await watched.outcomes(8).count == 8)

      try directory.write("new.txt", "A new text.")
      #expect(try await watched.outcomes(1) == ["/new.txt": .added(chunks: 1)])

      try directory.write("1.txt", "Another text.")
      #expect(
        try await watched.outcomes(1) == ["/1.txt": .updated(chunks: 1, embedded: 1)])

      try directory.remove("2.txt")
      #expect(try await watched.outcomes(1) == ["/2.txt": .removed])

      rename(directory.docs + "/3.txt", directory.docs + "/three.txt")
      #expect(
        try await watched.outcomes(2) == ["/3.txt": .removed, "/three.txt": .added(chunks: 1)])
      #expect(try await watched.engine.status().documents == 8)
    }
  }

  @Test("sees directories come with files in them, move and go")
  func directories() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<8 { try directory.write("\(index).txt", "Text \(index) alpha.") }
      try directory.write("a/b/deep.txt", "Deep.")
      var watched = try await Watched(directory)
      #expect(try await watched.outcomes(9).count == 9)

      for index in 0..<3 { try directory.write("new/of/\(index).txt", "New \(index).") }
      #expect(try await watched.outcomes(3).count == 3)
      try directory.write("new/of/late.txt", "Late.")
      #expect(try await watched.outcomes(1) == ["/new/of/late.txt": .added(chunks: 1)])

      rename(directory.docs + "/a", directory.docs + "/z")
      #expect(
        try await watched.outcomes(2) == [
          "/a/b/deep.txt": .removed, "/z/b/deep.txt": .added(chunks: 1),
        ])
      try directory.write("z/b/deep.txt", "Deeper.")
      #expect(
        try await watched.outcomes(1) == ["/z/b/deep.txt": .updated(chunks: 1, embedded: 1)])

      try directory.remove("new")
      #expect(Set(try await watched.outcomes(4).values) == [.removed])
      #expect(try await watched.engine.status().documents == 9)
    }
  }

  @Test(
    "takes nothing from the index when the directory is moved away, and goes on when it is back")
  func root() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<4 { try directory.write("\(index).txt", "Text \(index) alpha.") }
      var watched = try await Watched(directory)
      #expect(try await watched.outcomes(4).count == 4)
      rename(directory.docs, directory.path + "/away")
      let outcomes = try await watched.outcomes(1)
      guard case .failed? = outcomes[""] else { return #expect(Bool(false), "\(outcomes)") }
      #expect(try await watched.engine.status().documents == 4)
      rename(directory.path + "/away", directory.docs)
      try directory.write("5.txt", "Five.")
      #expect(try await watched.outcomes(1) == ["/5.txt": .added(chunks: 1)])
    }
  }

  @Test("leaves the index to others between its ingests, and obeys changed rules")
  func between() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<8 { try directory.write("\(index).txt", "Text \(index) alpha.") }
      var watched = try await Watched(directory)
      #expect(try await watched.outcomes(8).count == 8)
      var options = IngestOptions()
      options.wait = .seconds(30)
      try await watched.engine.upsert([MemoryDocument(id: "m", text: "Memory.")], options: options)
      try directory.write(".ragignore", "7.txt\n")
      #expect(try await watched.outcomes(1) == ["/7.txt": .removed])
      #expect(try await watched.engine.status().documents == 8)
    }
  }
}
