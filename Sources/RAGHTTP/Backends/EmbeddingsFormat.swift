import Foundation
import RAGCore

/// The embeddings API of OpenAI, as many servers speak it.
enum EmbeddingsFormat {
  static let path = "/embeddings"

  static func request(_ texts: [String], model: String) throws -> [UInt8] {
    try ChatJSON.encode(["model": model, "input": texts, "encoding_format": "float"])
  }

  private struct Response: Decodable {
    struct Item: Decodable {
      let index: Int?
      let embedding: [Float]
    }
    let data: [Item]?
    let error: ServiceError?
  }

  /// The vectors of `count` texts, in the order of the texts, all of one length.
  ///
  /// - Throws: ``RAGError`` `backend` for anything else.
  static func vectors(
    in body: [UInt8], count: Int, from subject: String, _ message: ServiceMessage
  ) throws -> [[Float]] {
    guard let response = try? ChatJSON.decode(Response.self, body) else {
      // The decoder's error would quote the body.
      throw RAGError(
        .backend, "\(subject) answered with \(body.count) bytes that are no vectors; check the URL")
    }
    if let error = response.error {
      throw RAGError(.backend, "\(subject) failed\(message.suffix(error.message))")
    }
    let items = response.data ?? []
    guard items.count == count else {
      throw RAGError(.backend, "\(subject) gave \(items.count) vectors for \(count) texts")
    }
    var vectors = [[Float]](repeating: [], count: count)
    for (position, item) in items.enumerated() {
      let index = item.index ?? position
      guard vectors.indices.contains(index), vectors[index].isEmpty else {
        throw RAGError(.backend, "\(subject) gave two vectors for one text, or one for none")
      }
      guard !item.embedding.isEmpty, item.embedding.allSatisfy(\.isFinite) else {
        throw RAGError(.backend, "\(subject) gave a vector that is empty or not finite")
      }
      vectors[index] = item.embedding
    }
    guard Set(vectors.map(\.count)).count <= 1 else {
      throw RAGError(.backend, "\(subject) gave vectors of different lengths")
    }
    return vectors
  }
}
