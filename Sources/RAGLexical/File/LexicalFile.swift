import RAGCore

/// An inverted index in a file: immutable, mapped, searched by any number of threads at once.
///
/// Opening reads the header and the checksums of the blocks. Each block is held against its
/// checksum before its first use, and every number against its range as it is read: a search meets
/// no damage unnoticed and reads no more of the file than it needs.
package final class LexicalFile: Sendable {
  /// Tells one written file from every other.
  package struct Stamp: Sendable, Hashable {
    /// The size of the file.
    package var byteCount: Int
    /// The checksum of its header, which covers the checksums of all else.
    package var checksum: UInt32

    /// Makes a stamp, as stored elsewhere.
    package init(byteCount: Int, checksum: UInt32) {
      self.byteCount = byteCount
      self.checksum = checksum
    }
  }

  /// Where the file was opened.
  package let path: String
  /// What ``write(merging:excluding:adding:to:)`` returned for the file.
  package let stamp: Stamp
  /// The number of texts.
  package var count: Int { segment.count }

  let segment: LexicalSegment

  /// Opens a file. With `expecting`, it has to be the very one that the stamp was taken of.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` for a file of a damaged header or block table, one
  ///   that contradicts itself or one of another stamp; `incompatibleFormat` for one of another
  ///   kind, version or byte order; `notFound` or `io` when it cannot be read.
  /// - Complexity: O(size of the block table), a thousandth of the file.
  package init(path: String, expecting: Stamp? = nil) throws {
    self.path = path
    let file = try MappedFile(path: path)
    segment = try LexicalSegment(file)
    let checksum = file.bytes.loadUnaligned(
      fromByteOffset: LexicalFileHeader.byteCount - 4, as: UInt32.self)
    stamp = Stamp(byteCount: file.bytes.count, checksum: UInt32(littleEndian: checksum))
    guard expecting == nil || expecting == stamp else {
      throw RAGError(
        .corrupt, "this is another lexical file than the index names; rebuild the index",
        path: path)
    }
  }

  /// Holds all of the file against its checksums, and its parts against each other.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` that names the place, or `cancelled`.
  /// - Complexity: O(size of the file).
  package func check() throws { try segment.check() }

  /// Whether a text of this id is in the file.
  ///
  /// - Throws: ``RAGError`` of code `corrupt`.
  package func contains(_ id: Int64) throws -> Bool {
    let ids = try segment.ids()
    let slot = ids.firstIndex(notBelow: id, from: 0)
    return slot < ids.count && ids[slot] == id
  }

  /// The ids of all texts, ascending.
  ///
  /// - Throws: ``RAGError`` of code `corrupt`.
  package func ids() throws -> [Int64] { Array(try segment.ids()) }
}
