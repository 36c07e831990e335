import RAGCore
import RAGIndex
import Testing

@testable import RAGStore

@Suite("A filter")
struct FilterTests {
  @Test(
    "matches the documents that its words say",
    arguments: [
      (.equals(field: "title", "One"), ["a"]),
      (.equals(field: "year", 2024), ["a"]),
      (.equals(field: "year", "2024"), ["a"]),
      (.equals(field: "tags", "blue"), ["a", "b"]),
      (.equals(field: "draft", true), ["b"]),
      (.isIn(field: "language", ["en", "zh"]), ["a", "b"]),
      (.isIn(field: "language", []), []),
      (.isIn(field: "year", (1...2024).map { .number(Double($0)) }), ["a"]),
      (.or((1...2024).map { .equals(field: "year", .number(Double($0))) }), ["a"]),
      (.range(field: "year", .init(lower: 2024)), ["a", "b"]),
      (.range(field: "year", .init(lower: 2024, includesLower: false)), ["b"]),
      (.range(field: "date", .init(lower: "2024-01-01", upper: "2024-12-31")), ["a"]),
      (.hasPrefix(field: "path", "/docs/a"), ["a"]),
      (.hasPrefix(field: "path", "/docs/%"), []),
      (.exists(field: "year"), ["a", "b"]),
      (.not(.exists(field: "year")), ["c"]),
      (.not(.equals(field: "title", "One")), ["b", "c"]),
      (.not(.equals(field: "title", 5)), ["a", "b", "c"]),
      (.not(.range(field: "path", .init(lower: 5))), ["a", "b", "c"]),
      (.and([.equals(field: "tags", "blue"), .equals(field: "tags", "red")]), ["a"]),
      (.or([.equals(field: "id", "a"), .equals(field: "id", "c")]), ["a", "c"]),
      (.and([]), ["a", "b", "c"]),
      (.or([]), []),
      (.equals(field: "title'; DROP TABLE document; --", "x"), []),
    ] as [(Filter, [String])])
  func matches(filter: Filter, keys: [String]) async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(
        record(
          "a", ["x"], title: "One", language: "en",
          metadata: ["year": 2024, "tags": ["red", "blue"], "date": "2024-05-01"]),
        record(
          "b", ["x y"], title: "Two", language: "zh",
          metadata: ["year": "2025", "tags": "blue", "date": "2025-05-01", "draft": true]),
        record("c", ["z"], title: "Three"))
      #expect(try await store.keys(matching: filter) == keys)
      let allowed = try await store.read { try $0.allowedChunks(filter) }
      #expect(allowed?.count == keys.count)
    }
  }

  @Test("compares a title that is a number as one, and text up to its end")
  func numbers() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      try await store.put(
        record("a", ["x"], title: "1984", metadata: ["s": "v\0w"]),
        record("b", ["y"], title: "Dune", metadata: ["s": "v"]), record("c", ["z"], title: "12.5"))
      for (filter, keys) in [
        (.equals(field: "title", 1984), ["a"]),
        (.isIn(field: "title", [1984, "Dune"]), ["a", "b"]),
        (.range(field: "title", .init(upper: 100)), ["c"]),
        (.not(.equals(field: "title", 1984)), ["b", "c"]), (.equals(field: "s", "v"), ["b"]),
      ] as [(Filter, [String])] {
        #expect(try await store.keys(matching: filter) == keys, "\(filter)")
      }
    }
  }
}
