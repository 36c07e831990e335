/// A kind of immutable file with checksums: a header, sections, and a table of the checksums of
/// blocks.
///
/// All integers are little-endian. A header of every kind and version has
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | magic |
/// | 8 | 4 | byte order mark, 0x01020304 |
/// | 12 | 4 | version |
/// | 16 | 8 | size of the file |
/// | 24 | 228 | fields of the kind, then zeros |
/// | 252 | 4 | CRC-32C of the 252 bytes before |
///
/// Sections follow, each from a multiple of 64 with zeros between them, then the block table: the
/// CRC-32C of each ``blockByteCount`` bytes of the file between header and table, the last block
/// being shorter.
package struct BlockFileKind: Sendable {
  /// What errors call it.
  package let name: String
  package let magic: [UInt8]
  package let version: UInt32

  package static let headerByteCount = 256
  /// A page: checking one costs no more than reading it.
  package static let blockByteCount = 1 << 12
  private static let byteOrderMark: UInt32 = 0x0102_0304

  /// Describes a kind; the magic has 8 bytes.
  package init(name: String, magic: String, version: UInt32) {
    self.name = name
    self.magic = Array(magic.utf8)
    self.version = version
  }

  /// The error of a damaged file.
  package func corrupt(_ what: String, path: String?) -> RAGError {
    RAGError(.corrupt, "the \(name) is damaged: \(what); write it anew ('rag repair')", path: path)
  }

  /// The bytes of a header, checksum included; `fields` adds what comes from offset 24 on.
  package func header(
    fileByteCount: Int, fields: (inout LittleEndianBytes) -> Void
  ) -> [UInt8] {
    var header = LittleEndianBytes(magic)
    header.append(Self.byteOrderMark)
    header.append(version)
    header.append(UInt64(fileByteCount))
    fields(&header)
    header.pad(to: Self.headerByteCount - 4)
    header.append(CRC32C.checksum(header.bytes))
    return header.bytes
  }

  /// Reads the header of a file of this kind and version.
  ///
  /// - Throws: ``RAGError`` of code `incompatibleFormat` for a file of another kind, version or
  ///   byte order; `corrupt` for one of another size than it says or with a wrong checksum.
  package func readHeader(
    of bytes: UnsafeRawBufferPointer, path: String
  ) throws -> BlockFileHeader {
    guard bytes.count >= magic.count, bytes.starts(with: magic) else {
      // A file cut within the magic is damaged, anything else is not ours.
      if magic.starts(with: bytes) { throw corrupt("it ends at byte \(bytes.count)", path: path) }
      throw RAGError(.incompatibleFormat, "this is not a \(name)", path: path)
    }
    guard let header = BlockFileHeader(bytes) else {
      throw corrupt("it ends at byte \(bytes.count), within the header", path: path)
    }
    let mark = header.uint32(at: 8)
    guard mark != Self.byteOrderMark.byteSwapped else {
      throw RAGError(
        .incompatibleFormat,
        "the \(name) was written in big-endian order; write it anew ('rag repair')",
        path: path)
    }
    // A flipped bit in the version is damage, so the checksum is asked first. Every version keeps
    // magic, byte order mark, version and checksum where they are.
    guard CRC32C.checksum(bytes[..<(Self.headerByteCount - 4)]) == header.checksum else {
      throw corrupt("the checksum of its header is wrong", path: path)
    }
    let found = header.uint32(at: 12)
    guard mark == Self.byteOrderMark, found == version else {
      throw RAGError(
        .incompatibleFormat,
        "the \(name) has format version \(found), this build reads \(version); rebuild "
          + "the index or use the build that wrote it", path: path)
    }
    return header
  }

  /// Holds the size of a file against what its header says and what the counts in it make.
  ///
  /// - Throws: ``RAGError`` of code `corrupt`.
  package func requireSize(_ byteCount: Int, of header: BlockFileHeader, path: String) throws {
    guard header.uint64(at: 16) == UInt64(byteCount) else {
      throw corrupt("the counts in its header contradict each other", path: path)
    }
    guard byteCount == header.bytes.count else {
      throw corrupt("it has \(header.bytes.count) bytes in place of \(byteCount)", path: path)
    }
  }
}
