import Foundation
import GRDB
import RAGCore

extension StoreReader {
  /// Calls `body` with every document, whole, in the order of their ids.
  /// - Throws: ``RAGError`` of code `corrupt`, `cancelled`; what `body` throws.
  package func forEachRecord(_ body: (DocumentRecord) throws -> Void) throws {
    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM document ORDER BY id")
    while let row = try rows.next() {
      try Cancellation.check()
      try body(record(of: DocumentRow(row)))
    }
  }

  private func record(of document: DocumentRow) throws -> DocumentRecord {
    let stored = try document.stored(keepsSource: false)
    let source = try Row.fetchOne(
      database.cachedStatement(sql: "SELECT * FROM source WHERE document = ?"),
      arguments: [document.id])
    let rows = try Row.fetchAll(
      database.cachedStatement(sql: "SELECT * FROM chunk WHERE document = ? ORDER BY ordinal"),
      arguments: [document.id])
    let vectors = try database.cachedStatement(sql: "SELECT * FROM vector WHERE chunk = ?")
    let chunks = try rows.map { row in
      let chunk = try ChunkRow(row)
      let vector = try Row.fetchOne(vectors, arguments: [chunk.id]).map {
        try VectorRow($0, dimension: settings.dimension).elements
      }
      return ChunkRecord(
        chunk: Chunk(
          ordinal: chunk.ordinal, text: chunk.text, textRange: chunk.textRange, span: chunk.span,
          headings: try chunk.decodedHeadings(), embeddingText: "", tokenCount: chunk.tokenCount),
        identity: [UInt8](chunk.identity), vector: vector)
    }
    return DocumentRecord(
      key: document.key, path: document.path, title: document.title, language: document.language,
      source: stored.source, converter: document.converter,
      contentHash: [UInt8](document.contentHash), settingsHash: [UInt8](document.settingsHash),
      keptSource: try source.map { [UInt8](try SourceRow($0).bytes) },
      links: try JSONDecoder().decode([Document.Link].self, from: Data(document.links.utf8)),
      metadata: try document.decodedMetadata(), chunks: chunks)
  }
}
