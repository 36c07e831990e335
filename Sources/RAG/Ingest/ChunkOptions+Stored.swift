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
