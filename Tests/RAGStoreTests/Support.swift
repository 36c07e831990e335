import Foundation
import RAGCore
import RAGIndex

@testable import RAGStore

/// Runs `body` with a directory that is removed afterwards.
func withTemporaryDirectory<Result>(
  _ body: (String) async throws -> Result
) async throws -> Result {
  let path = FileManager.default.temporaryDirectory
    .appending(path: "rag-store-\(UUID().uuidString)").path(percentEncoded: false)
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try await body(path)
}

/// A policy whose tail and generations are small.
func foldPolicy(tailLimit: Int, capacity: Int = FoldPolicy().capacity) -> FoldPolicy {
  var policy = FoldPolicy()
  policy.tailLimit = tailLimit
  policy.capacity = capacity
  return policy
}

let testEncoder = (fingerprint: "test encoder 1", name: "test", dimension: 8)

/// A vector that depends on the text alone.
func testVector(_ text: String, dimension: Int = 8) -> [Float] {
  var state: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return (0..<dimension).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Float(state % 2_000) / 1_000 - 1
  }
}

/// A document whose chunks are the given texts, laid one after the other.
func record(
  _ key: String, _ texts: [String], title: String? = nil, language: String? = nil,
  metadata: Metadata = [:], headings: [String] = [], dimension: Int? = 8
) -> DocumentRecord {
  var chunks: [ChunkRecord] = []
  var offset = 0
  for (ordinal, text) in texts.enumerated() {
    let range = offset..<(offset + text.utf8.count)
    offset = range.upperBound + 1
    chunks.append(
      ChunkRecord(
        chunk: Chunk(
          ordinal: ordinal, text: text, textRange: range,
          span: Span(utf8: range, characters: range, lines: (ordinal + 1)...(ordinal + 1)),
          headings: headings, embeddingText: text, tokenCount: 1),
        identity: Array(text.utf8), vector: dimension.map { testVector(text, dimension: $0) }))
  }
  return DocumentRecord(
    key: key, path: "/docs/" + key, title: title, language: language,
    source: Document.Source(mediaType: .plainText, encoding: "utf-8", byteCount: offset),
    converter: nil, contentHash: Array(texts.joined().utf8), settingsHash: [1], keptSource: nil,
    links: [], metadata: metadata, chunks: chunks)
}

extension Store {
  func put(_ records: DocumentRecord...) async throws {
    try await apply(records.map { .put($0) }, encoder: testEncoder, chunking: "{}")
  }

  func keys(matching filter: Filter) async throws -> [String] {
    try await read { try $0.documentKeys(matching: filter) }
  }

  func lexical(_ text: String) async throws -> [String] {
    try await read { reader in
      try reader.chunks(reader.lexicalMatches(text, count: 100).map(\.id)).map(\.text)
    }
  }
}
