import Foundation
import RAGCore
import Testing

@testable import RAGStore

@Suite("A backup")
struct BackupTests {
  private func withIndex(_ body: (Store, String) async throws -> Void) async throws {
    try await withTemporaryDirectory { path in
      let store = try await Store.open(IndexDirectory(path + "/index"), for: .write)
      try await store.put(record("a", ["alpha"]), record("b", ["beta"]))
      try await body(store, path)
    }
  }

  @Test("leaves alone what stands where it would grow")
  func inTheWay() async throws {
    try await withIndex { store, path in
      let partial = path + "/copy.partial"
      try FileManager.default.createDirectory(
        atPath: partial, withIntermediateDirectories: false)
      try Data("precious".utf8).write(to: URL(filePath: partial + "/notes"))
      await #expect {
        try await store.backup(to: IndexDirectory(path + "/copy"))
      } throws: { ($0 as? RAGError)?.code == .invalidInput }
      #expect(fileExists(partial + "/notes"))
      try Data("precious".utf8).write(to: URL(filePath: path + "/other.partial"))
      await #expect(throws: RAGError.self) {
        try await store.backup(to: IndexDirectory(path + "/other"))
      }
      #expect(fileExists(path + "/other.partial"))
      // An index, at which nobody is at work.
      let idle = IndexDirectory(path + "/third.partial")
      do {
        let other = try await Store.open(idle, for: .write)
        try await other.put(record("c", ["gamma"]))
        try await other.settle()
      }
      await #expect {
        try await store.backup(to: IndexDirectory(path + "/third"))
      } throws: { ($0 as? RAGError)?.code == .invalidInput }
      #expect(try await Store.open(idle, for: .read).read { try $0.counts().documents } == 1)
    }
  }

  @Test("into the index itself is refused, whatever its name begins with")
  func inside() async throws {
    try await withIndex { store, path in
      for name in ["copy", "\u{301}copy"] {
        await #expect {
          try await store.backup(to: IndexDirectory(path + "/index/" + name))
        } throws: { ($0 as? RAGError)?.code == .invalidInput }
      }
    }
  }

  @Test("into the index itself is refused through a link, wherever the link is")
  func insideThroughLink() async throws {
    try await withIndex { store, path in
      symlink("index", path + "/link")
      let opened = try await Store.open(IndexDirectory(path + "/link"), for: .read)
      for target in ["link/copy", "link/new/copy", "index/copy"] {
        for store in [store, opened] {
          await #expect("\(target)") {
            try await store.backup(to: IndexDirectory(path + "/" + target))
          } throws: { ($0 as? RAGError)?.code == .invalidInput }
        }
      }
      // What stands beside the index begins with its name only.
      try await opened.backup(to: IndexDirectory(path + "/index-copy"))
    }
  }

  @Test("takes the place of what an interrupted one left, and makes the directories above it")
  func leftover() async throws {
    try await withIndex { store, path in
      for (number, left) in [
        ["lock", "rag.sqlite.new", "g9.graph", "g1.terms.tmp"],
        ["lock", "rag.sqlite", "rag.sqlite.new.partial", "g1.terms"],
      ].enumerated() {
        let target = IndexDirectory(path + "/new/folder\(number)/copy")
        let partial = IndexDirectory(target.path + ".partial")
        try FileManager.default.createDirectory(
          atPath: partial.path, withIntermediateDirectories: true)
        for name in left {
          try Data("half".utf8).write(to: URL(filePath: partial.path + "/" + name))
        }
        try await store.backup(to: target)
        #expect(!fileExists(partial.path))
        let names = try FileManager.default.contentsOfDirectory(atPath: target.path)
        #expect(Set(names).isSubset(of: ["lock", "rag.sqlite", "g1.graph", "g1.terms"]))
        #expect(try await Store.verify(target) == [])
      }
    }
  }

  @Test("of an index with a damaged file says so, and leaves no copy that is not whole")
  func damaged() async throws {
    let damages: [(String) throws -> Void] = [
      { try FileManager.default.removeItem(atPath: $0) },
      { path in
        try FileManager.default.removeItem(atPath: path)
        try #require(mkfifo(path, 0o600) == 0)
      },
      { try #require(truncate($0, 100) == 0) },
      { path in
        var content = try bytes(path)
        content[content.count - 9] ^= 1
        try write(content, to: path)
      },
    ]
    for (number, damage) in damages.enumerated() {
      for name in ["g1.graph", "g1.terms"] {
        try await withIndex { store, path in
          try await store.settle(policy: foldPolicy(tailLimit: 1))
          let file = path + "/index/" + name
          try damage(file)
          let other = try await Store.open(IndexDirectory(path + "/index"), for: .read)
          await #expect("\(number), \(name)") {
            try await other.backup(to: IndexDirectory(path + "/copy"))
          } throws: { ($0 as? RAGError)?.path == file }
          #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["index"])
        }
      }
    }
  }

  @Test("to a name to which another is at work says so, and one of them succeeds")
  func twice() async throws {
    try await withIndex { store, path in
      for round in 0..<10 {
        let target = IndexDirectory(path + "/copy\(round)")
        let codes = await withTaskGroup(of: RAGError.Code?.self) { group in
          for _ in 0..<2 {
            group.addTask {
              do {
                try await store.backup(to: target)
                return nil
              } catch { return (error as? RAGError)?.code ?? .io }
            }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.count { $0 == nil } == 1, "\(codes)")
        #expect(codes.allSatisfy { [nil, .busy, .invalidInput].contains($0) }, "\(codes)")
        let damage = try await Store.verify(target)
        #expect(damage == [])
      }
    }
  }
}
