package import RAGCore

/// An inverted index in a file: immutable, mapped, searched by any number of threads at once.
///
/// Opening reads the header and the checksums of the blocks. Each block is held against its
/// checksum before its first use, and every number against its range as it is read: a search meets
/// no damage unnoticed and reads no more of the file than it needs.
package final class LexicalFile: Sendable {
  /// Where the file was opened.
  package let path: String
  /// What ``write(merging:excluding:adding:to:)`` returned for the file.
  package var stamp: FileStamp { segment.stamp }
  /// The number of texts.
  package var count: Int { segment.count }
  /// Whether all its texts were cut into terms as texts are now.
  package var isOfNewestAnalysis: Bool {
    segment.header.analysis == LexicalAnalyzer.versions.upperBound
  }

  let segment: LexicalSegment
  private let file: MappedFile

  /// Opens a file. With `expecting`, it has to be the very one that the stamp was taken of.
  ///
  /// - Throws: ``RAGError`` of code `corrupt` for a file of a damaged header or block table, one
  ///   that contradicts itself or one of another stamp; `incompatibleFormat` for one of another
  ///   kind, version or byte order; `notFound` or `io` when it cannot be read.
  /// - Complexity: O(size of the block table), a thousandth of the file.
  package init(path: String, expecting: FileStamp? = nil) throws {
    self.path = path
    file = try MappedFile(path: path)
    segment = try LexicalSegment(file)
    guard expecting == nil || expecting == stamp else {
      throw RAGError(
        .corrupt, "this is another lexical file than the index names; write it anew ('rag repair')",
        path: path)
    }
  }

  /// Whether nobody has written to the file since it was opened.
  package var isUnchanged: Bool { file.isUnchanged }

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
