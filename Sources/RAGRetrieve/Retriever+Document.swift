import RAGCore
import RAGStore

extension Retriever {
  /// How probable it is that chunks answer a query, by id, however they were found; nothing where the
  /// query is a vector without words.
  /// - Throws: As ``search(_:)``.
  package func evidence(_ query: Query, of chunks: [Int64]) async throws -> [Int64: Double] {
    let vector = try await queryVector(query)
    return try await store.read { try evidence(query, vector: vector, of: chunks, $0) }
  }

  /// The chunks of the document that holds a hit, in their order, at most ``Limits/hitCount``; the
  /// hit alone where the document is gone. Their scores are their evidence.
  /// - Throws: As ``search(_:)``.
  /// - Complexity: O(bytes of the document).
  package func document(of hit: Hit, for query: Query) async throws -> [Hit] {
    let vector = try await queryVector(query)
    return try await store.read { reader in
      let all = try reader.chunks(reader.siblings(of: hit.chunk.id).sorted())
        .sorted { ($0.textRange.lowerBound, $0.id) < ($1.textRange.lowerBound, $1.id) }
      let chunks = all.prefix(limits.hitCount)
      guard !chunks.isEmpty else { return [hit] }
      let evidence = try evidence(query, vector: vector, of: chunks.map(\.id), reader)
      return chunks.enumerated().map { index, chunk in
        Hit(
          rank: index + 1, score: evidence[chunk.id] ?? 0, evidence: evidence[chunk.id],
          chunk: chunk, context: nil, lanes: nil)
      }
    }
  }
}
