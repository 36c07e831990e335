import CRAGKernels

/// CRC-32C checksums (Castagnoli).
package enum CRC32C {
  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { extend(0, by: $0) }
  }

  package static func checksum(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt32 {
    extend(0, by: UnsafeRawBufferPointer(rebasing: bytes))
  }

  /// The checksum of a text in pieces: that of the pieces before, extended by one more.
  package static func extend(_ checksum: UInt32, by bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let base = bytes.baseAddress else { return checksum }
    return rag_crc32c(checksum, base, bytes.count)
  }
}
