import CRAGKernels
package import RAGCore

/// Packed weights in the user's cache directory, so that an encoder maps them when it starts
/// instead of packing them again.
///
/// A file is 128 bytes of header and the block of ``EncoderWeights``. The header, little-endian:
/// `RAGW`, the version of the format as UInt32, the size of the block as UInt64, its CRC-32C as
/// UInt32, 44 zeros, and the key in 64 hexadecimal digits. Whatever does not fit is written anew.
package struct WeightCache: Sendable {
  /// Raised whenever the block holds something else for the same key.
  static let version: UInt32 = 1
  private static let headerByteCount = 128
  private static let magic = Array("RAGW".utf8)

  /// Nil keeps nothing.
  package let directory: String?
  /// Smaller blocks are packed as fast as they are found here.
  private let smallestByteCount: Int

  /// In the user's cache directory, where there is one.
  package init() { self.init(directory: CacheDirectory.path.map { $0 + "/rag/weights" }) }

  package init(directory: String?, smallestByteCount: Int = 1 << 20) {
    self.directory = directory
    self.smallestByteCount = smallestByteCount
  }

  /// The file of a key, if it is whole and has a block of the given size.
  package func block(for key: String, byteCount: Int) -> MappedFile? {
    guard byteCount >= smallestByteCount, let path = path(for: key), CacheDirectory.isOwn(path),
      let file = try? MappedFile(path: path),
      file.bytes.count == Self.headerByteCount + byteCount
    else { return nil }
    let block = UnsafeRawBufferPointer(rebasing: file.bytes[Self.headerByteCount...])
    let header = header(for: key, block)
    return file.bytes.prefix(Self.headerByteCount).elementsEqual(header) ? file : nil
  }

  /// The start of the block in a file.
  package static func start(of file: MappedFile) -> UnsafeRawPointer? {
    file.bytes.baseAddress.map { $0 + headerByteCount }
  }

  /// Keeps a block, whole or not at all, and lets go of those that were not used for a month. A
  /// cache that cannot be written is no failure.
  package func keep(_ block: UnsafeRawBufferPointer, for key: String) {
    guard block.count >= smallestByteCount, let directory, let path = path(for: key) else {
      return
    }
    header(for: key, block).withUnsafeBytes { CacheDirectory.write([$0, block], to: path) }
    CacheDirectory.removeFiles(in: directory, unusedForDays: 30)
  }

  private func path(for key: String) -> String? {
    directory.map { $0 + "/" + digest(of: key).prefix(32) }
  }

  private func digest(of key: String) -> String {
    Array(key.utf8).withUnsafeBytes(WeightsDigest.sha256)
  }

  private func header(for key: String, _ block: UnsafeRawBufferPointer) -> [UInt8] {
    // A block holds an encoder, so it has a base.
    let checksum = rag_crc32c(0, block.baseAddress.unsafelyUnwrapped, block.count)
    var header = Self.magic
    withUnsafeBytes(of: Self.version.littleEndian) { header.append(contentsOf: $0) }
    withUnsafeBytes(of: UInt64(block.count).littleEndian) { header.append(contentsOf: $0) }
    withUnsafeBytes(of: checksum.littleEndian) { header.append(contentsOf: $0) }
    header.append(contentsOf: repeatElement(0, count: 44))
    return header + digest(of: key).utf8
  }
}
