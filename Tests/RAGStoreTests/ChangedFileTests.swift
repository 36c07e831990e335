import Foundation
import Glibc
import RAGCore
import RAGIndex
import Testing

@testable import RAGStore

@Suite("A generation's file that somebody writes to while it is in use")
struct ChangedFileTests {
  enum Change: CaseIterable { case cutShort, emptied, overwritten, touched }

  private func apply(_ change: Change, to path: String) throws {
    let size = try bytes(path).count
    switch change {
    case .cutShort: try #require(truncate(path, size / 2) == 0)
    case .emptied: try #require(truncate(path, 0) == 0)
    case .overwritten:
      let file = try #require(FileHandle(forUpdatingAtPath: path))
      try file.seek(toOffset: UInt64(size / 2))
      try file.write(contentsOf: Data(repeating: 0xA5, count: 64))
      try file.close()
    case .touched: try #require(utimes(path, [timeval(), timeval()]) == 0)
    }
  }

  @Test(
    "is not read any more: the rows answer in its place", arguments: Change.allCases,
    ["g1.graph", "g1.terms"])
  func changed(_ change: Change, name: String) async throws {
    try await withTemporaryDirectory { path in
      let store = try await Store.open(IndexDirectory(path), for: .write)
      for number in 0..<60 {
        try await store.put(record("d\(number)", ["word\(number) shared", "more \(number)"]))
      }
      try await store.settle(policy: foldPolicy(tailLimit: 20))
      func answers() async throws -> [[Match]] {
        try await store.read { reader in
          try [
            reader.nearest(to: testVector("probe"), count: 20, effort: .exact).matches,
            reader.lexicalMatches("shared word7", count: 20),
          ]
        }
      }
      let before = try await answers()
      #expect(before.allSatisfy { $0.count == 20 } && store.damage.isEmpty)
      try apply(change, to: path + "/" + name)
      for _ in 0..<2 {
        let after = try await answers()
        #expect(after.map { $0.map(\.id) } == before.map { $0.map(\.id) })
      }
      #expect(store.damage.map { $0.path?.hasSuffix(name) } == (change == .touched ? [] : [true]))
    }
  }
}
