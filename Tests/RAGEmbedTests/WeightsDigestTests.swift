import Foundation
import RAGCore
import RAGEmbed
import Testing

@Suite("The digest of the weights")
struct WeightsDigestTests {
  private static let digestOfAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  private func entries(_ directory: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).map {
      directory + "/" + $0
    }
  }

  @Test("is SHA-256, and is remembered while the file is the same")
  func remembered() async throws {
    try await withTemporaryDirectory { path in
      let file = path + "/odd \"name\"\n"
      let cache = WeightsDigest(directory: path + "/a/b", smallestByteCount: 0)
      try Data("abc".utf8).write(to: URL(fileURLWithPath: file))
      #expect(cache.digest(of: try MappedFile(path: file)) == Self.digestOfAbc)

      let entry = try #require(entries(path + "/a/b").first)
      #expect(entries(path + "/a/b").count == 1)
      let lie = String(repeating: "0", count: 64)
      let text = try String(contentsOfFile: entry, encoding: .utf8)
      try text.replacingOccurrences(of: Self.digestOfAbc, with: lie).write(
        toFile: entry, atomically: true, encoding: .utf8)
      #expect(cache.digest(of: try MappedFile(path: file)) == lie)
      #expect(cache.digest(of: try MappedFile(path: file), rehashes: true) == Self.digestOfAbc)
      #expect(cache.digest(of: try MappedFile(path: file)) == Self.digestOfAbc)
    }
  }

  @Test("is computed again when the file changes, and when the entry is damaged")
  func changed() async throws {
    try await withTemporaryDirectory { path in
      let file = path + "/weights"
      let cache = WeightsDigest(directory: path + "/cache", smallestByteCount: 0)
      try Data("abd".utf8).write(to: URL(fileURLWithPath: file))
      let first = cache.digest(of: try MappedFile(path: file))
      // Another file of the same length in its place: another inode.
      try FileManager.default.removeItem(atPath: file)
      try Data("xyz".utf8).write(to: URL(fileURLWithPath: file + "2"))
      try Data("abc".utf8).write(to: URL(fileURLWithPath: file))
      #expect(cache.digest(of: try MappedFile(path: file)) == Self.digestOfAbc)
      #expect(first != Self.digestOfAbc)
      let entry = try #require(entries(path + "/cache").first)
      try Data("{".utf8).write(to: URL(fileURLWithPath: entry))
      #expect(cache.digest(of: try MappedFile(path: file)) == Self.digestOfAbc)
    }
  }

  @Test("needs no place to be remembered in")
  func unwritable() async throws {
    try await withTemporaryDirectory { path in
      let file = path + "/weights"
      try Data("abc".utf8).write(to: URL(fileURLWithPath: file))
      for directory in [nil, file, file + "/below", "/proc/none"] {
        let cache = WeightsDigest(directory: directory, smallestByteCount: 0)
        #expect(cache.digest(of: try MappedFile(path: file)) == Self.digestOfAbc)
      }
    }
  }
}
