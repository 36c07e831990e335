import RAGCore
import Testing

@testable import RAGStore

@Suite("A filter on a field that documents have as well as their metadata")
struct FilterOracleTests {
  private static let columns = ["id", "path", "title", "language", "mediaType"]

  /// What filters are to know of a document: the values of each field, as texts.
  private struct Model {
    let key: String
    let values: [String: [String]]

    func matches(_ filter: Filter) -> Bool {
      switch filter {
      case .and(let parts): parts.allSatisfy(matches)
      case .or(let parts): parts.contains(where: matches)
      case .not(let part): !matches(part)
      case .exists(let field): !(values[field] ?? []).isEmpty
      case .hasPrefix(let field, let prefix): any(field) { $0.hasPrefix(prefix) }
      case .equals(let field, let value): any(field) { Self.compares($0, value, ==, ==) }
      case .isIn(let field, let list):
        any(field) { text in list.contains { Self.compares(text, $0, ==, ==) } }
      case .range(let field, let bounds):
        any(field) { text in
          (bounds.lower.map { Self.compares(text, $0, >=, >=) } ?? true)
            && (bounds.upper.map { Self.compares(text, $0, <=, <=) } ?? true)
        }
      }
    }

    private func any(_ field: String, _ test: (String) -> Bool) -> Bool {
      (values[field] ?? []).contains(where: test)
    }

    private static func compares(
      _ text: String, _ value: MetadataValue, _ texts: (String, String) -> Bool,
      _ numbers: (Double, Double) -> Bool
    ) -> Bool {
      switch value {
      case .string(let other): texts(text, other)
      case .number(let other): Double(text).map { numbers($0, other) } ?? false
      case .bool(let flag): texts(text, "\(flag)")
      case .list(let others): others.contains { compares(text, $0, texts, numbers) }
      }
    }
  }

  private static let words = ["de", "en", "7", "12", "/n/de", "/n/7", "text/plain", "true"]

  private static func filter(_ random: inout TestRandom, depth: Int) -> Filter {
    let field = pick(columns + ["year"], &random)
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
    case 0, 1: return .equals(field: field, value(&random))
    case 2:
      return .isIn(
        field: field, (0..<Int.random(in: 0..<4, using: &random)).map { _ in value(&random) })
    case 3:
      let upper = Bool.random(using: &random) ? value(&random) : nil
      return .range(field: field, .init(lower: value(&random), upper: upper))
    case 4: return .hasPrefix(field: field, pick(["/n", "/docs", "d", "1", "text"], &random))
    case 5: return .exists(field: field)
    case 6: return .not(filter(&random, depth: depth - 1))
    case 7: return .and((0..<2).map { _ in filter(&random, depth: depth - 1) })
    default: return .or((0..<2).map { _ in filter(&random, depth: depth - 1) })
    }
  }

  private static func value(_ random: inout TestRandom) -> MetadataValue {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: .number(pick([7, 12, 1], &random))
    case 1: .bool(true)
    default: .string(pick(words, &random))
    }
  }

  private static func pick<Element>(_ elements: [Element], _ random: inout TestRandom) -> Element {
    elements[Int.random(in: elements.indices, using: &random)]
  }

  /// A document, with metadata under some of the names of its own fields.
  private static func document(
    _ number: Int, _ random: inout TestRandom
  ) -> (record: DocumentRecord, model: Model) {
    func word(half: Bool) -> String? {
      half && Bool.random(using: &random) ? nil : pick(words, &random)
    }
    var record = record(
      "d\(number)", ["x"], title: word(half: true), language: word(half: true))
    if Bool.random(using: &random) { record.path = nil }
    var values = [
      "id": [record.key], "path": [record.path].compactMap(\.self),
      "title": [record.title].compactMap(\.self), "language": [record.language].compactMap(\.self),
      "mediaType": [record.source.mediaType.rawValue],
    ]
    for field in columns + ["year"] where Int.random(in: 0..<3, using: &random) == 0 {
      let texts = [pick(words, &random), pick(words, &random)]
      record.metadata[field] = .list(texts.map { .string($0) })
      values[field, default: []] += texts
    }
    return (record, Model(key: record.key, values: values))
  }

  @Test("finds by any of the values, and its negation by none", arguments: [3, 8, 21] as [UInt64])
  func oracle(seed: UInt64) async throws {
    try await withTemporaryDirectory { directory in
      var random = TestRandom(seed: seed)
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      let documents = (0..<24).map { Self.document($0, &random) }
      for document in documents { try await store.put(document.record) }
      for _ in 0..<300 {
        let filter = Self.filter(&random, depth: 2)
        let expected = documents.map(\.model).filter { $0.matches(filter) }.map(\.key).sorted()
        #expect(try await store.keys(matching: filter) == expected, "seed \(seed), \(filter)")
      }
    }
  }

  @Test("asks for one that documents or their metadata have")
  func fields() async throws {
    try await withTemporaryDirectory { directory in
      let store = try await Store.open(IndexDirectory(directory), for: .write)
      func fields() async throws -> [String] { try await store.read { try $0.fields() } }
      #expect(try await fields() == Self.columns.sorted())
      try await store.put(
        record("a", ["x"], metadata: ["year": 2024, "tags": ["red", "blue"], "id": "7"]),
        record("b", ["y"], metadata: ["Year": 2025, "year": 2025]))
      #expect(try await fields() == (Self.columns + ["year", "tags", "Year"]).sorted())
    }
  }
}
