import Crypto
import Foundation
import RAGCore

/// SHA-256 of bytes.
func digest(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  var hash = SHA256()
  if bytes.withContiguousStorageIfAvailable({
    hash.update(bufferPointer: UnsafeRawBufferPointer($0))
  })
    == nil
  {
    hash.update(data: Data(bytes))
  }
  return Array(hash.finalize())
}

/// SHA-256 of a value's JSON with sorted keys, the same for equal values.
func digest(ofValue value: some Encodable) throws -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  return digest(try encoder.encode(value))
}

/// What makes a chunk itself: the text that is embedded, and what embeds it.
func chunkIdentity(embeddingText: String, fingerprint: String) -> [UInt8] {
  digest(Array(fingerprint.utf8) + [0] + Array(embeddingText.utf8))
}
