import Foundation
import RAGCore
import RAGIngest

extension ChunkOptions {
  /// As an index keeps them; equal options give equal text.
  var stored: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  init(stored: String) throws {
    do {
      self = try JSONDecoder().decode(ChunkOptions.self, from: Data(stored.utf8)).checked()
    } catch {
      throw RAGError(.invalidInput, "how texts were chunked cannot be read", cause: error)
    }
  }
}

extension IngestOptions {
  /// How to chunk for an index that was made with `stored`.
  /// - Throws: ``RAGError`` of code `invalidInput`.
  func chunking(where stored: ChunkOptions?) throws -> ChunkOptions {
    var chunking = chunking ?? stored ?? ChunkOptions()
    chunking.tokenCount = chunkTokenCount ?? chunking.tokenCount
    chunking.overlapTokenCount = chunkOverlapTokenCount ?? chunking.overlapTokenCount
    return try chunking.checked()
  }
}
