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

    init(_ directory: TestDirectory, roots: [String] = [""]) async throws {
      self.directory = directory
      engine = try await Engine.open(at: directory.index, encoder: BagOfWordsEmbedder())
      iterator = engine.watch(roots.map { .path(directory.docs + $0) }).makeAsyncIterator()
    }

    /// Reads outcomes until one has come of this file or directory that is not a failure.
    mutating func outcome(of name: String) async throws -> IngestOutcome? {
      while true {
        let outcomes = try await outcomes(1)
        if case .failed? = outcomes[name] { continue }
        if outcomes.isEmpty || outcomes[name] != nil { return outcomes[name] }
      }
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
      options.wait = .seconds(600)
      try await watched.engine.upsert([MemoryDocument(id: "m", text: "Memory.")], options: options)
      try directory.write(".ragignore", "7.txt\n")
      #expect(try await watched.outcomes(1) == ["/7.txt": .removed])
      #expect(try await watched.engine.status().documents == 8)
    }
  }

  @Test("goes on when a directory above its own is replaced, moved or made")
  func above() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("keep/text.txt", "Kept.")
      var watched = try await Watched(directory, roots: ["/keep", "/a/build/html"])
      let missing = try await watched.outcomes(2)
      guard case .failed? = missing["/a/build/html"] else {
        return #expect(Bool(false), "\(missing)")
      }
      for (step, above) in ["a/build", "a", "a/build"].enumerated() {
        try directory.write("a/build/html/page.txt", "Page of step \(step).")
        let outcome = try await watched.outcome(of: "/a/build/html/page.txt")
        #expect(
          outcome == (step == 0 ? .added(chunks: 1) : .updated(chunks: 1, embedded: 1)), "\(step)")
        // Once more, so that a watch of what is new there is proven.
        try directory.write("a/build/html/page.txt", "Page again, of step \(step).")
        #expect(
          try await watched.outcome(of: "/a/build/html/page.txt")
            == .updated(chunks: 1, embedded: 1), "\(step)")
        if step == 1 {
          rename(directory.docs + "/" + above, directory.path + "/away")
        } else {
          try directory.remove(above)
        }
        let gone = try await watched.outcomes(1)
        guard case .failed? = gone["/a/build/html"] else {
          return #expect(Bool(false), "\(step): \(gone)")
        }
      }
      #expect(try await watched.engine.status().documents == 2)
    }
  }

  @Test("goes on where a link on the way leads to when it is switched")
  func link() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("release/1/site/old.txt", "Old.")
      try directory.write("release/2/site/new.txt", "New.")
      symlink("release/1", directory.docs + "/current")
      var watched = try await Watched(directory, roots: ["/current/site"])
      #expect(try await watched.outcome(of: "/release/1/site/old.txt") == .added(chunks: 1))
      symlink("release/2", directory.docs + "/next")
      rename(directory.docs + "/next", directory.docs + "/current")
      #expect(try await watched.outcome(of: "/release/2/site/new.txt") == .added(chunks: 1))
      try directory.write("release/2/site/new.txt", "Newer.")
      #expect(
        try await watched.outcome(of: "/release/2/site/new.txt")
          == .updated(chunks: 1, embedded: 1))
    }
  }

  @Test("sees files change that were named themselves: hidden ones, and the target of a link")
  func named() async throws {
    try await withTemporaryDirectory { directory in
      try directory.write("in/text.txt", "Text.")
      try directory.write("in/.notes.md", "Hidden.")
      try directory.write("out/target.md", "Target.")
      symlink("../out/target.md", directory.docs + "/in/link.md")
      var watched = try await Watched(directory, roots: ["/in", "/in/.notes.md", "/in/link.md"])
      #expect(try await watched.outcome(of: "/in/link.md") == .added(chunks: 1))
      try directory.write("in/.notes.md", "Still hidden.")
      #expect(
        try await watched.outcome(of: "/in/.notes.md") == .updated(chunks: 1, embedded: 1))
      try directory.write("out/target.md", "Another target.")
      #expect(try await watched.outcome(of: "/in/link.md") == .updated(chunks: 1, embedded: 1))
    }
  }

  @Test("removes the document of a link when its target went, or is a directory")
  func targetGone() async throws {
    try await withTemporaryDirectory { directory in
      for index in 0..<8 { try directory.write("\(index).txt", "Text \(index) alpha.") }
      try directory.write("below/gone.md", "Gone.")
      try directory.write("below/replaced.md", "Replaced.")
      for name in ["gone", "replaced"] {
        symlink("below/\(name).md", directory.docs + "/\(name).link.md")
      }
      var watched = try await Watched(directory)
      #expect(try await watched.outcomes(12).count == 12)

      try directory.remove("below/gone.md")
      #expect(
        try await watched.outcomes(1) == ["/below/gone.md": .removed, "/gone.link.md": .removed])
      try directory.remove("below/replaced.md")
      try directory.write("below/replaced.md/text.txt", "A directory.")
      #expect(try await watched.outcomes(1)["/replaced.link.md"] == .removed)
    }
  }
}
