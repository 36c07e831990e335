import RAGCore

/// The fields of a lexical file's header, behind those that ``BlockFileKind`` describes.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 24 | 8 | n, number of texts |
/// | 32 | 8 | number of terms in all texts, repetitions counted |
/// | 40 | 8 | number of different terms |
/// | 48 | 8 | s, size of the stream |
/// | 56 | 8 | l, number of leaves |
/// | 64 | 4 | version of the analysis that the terms come from; of several, the lowest |
/// | 68 | 4 | CRC-32C of the block table |
///
/// The stream holds leaves of the dictionary, each behind the postings of its terms, and ends in
/// ``streamPadding`` zeros. A leaf holds up to ``leafTermCount`` terms (see ``TermRecord``); terms
/// ascend by their bytes. Texts are numbered by ascending id, these numbers are the slots.
struct LexicalFileHeader: Equatable {
  var count: Int
  var totalLength: Int
  var termCount: Int
  var streamByteCount: Int
  var leafCount: Int
  /// The version of the analysis that the terms come from; of several, the lowest.
  var analysis = LexicalAnalyzer.versions.upperBound
  var tableChecksum: UInt32 = 0

  static let kind = BlockFileKind(name: "lexical file", magic: "RAGLEXI\0", version: 1)
  static let leafTermCount = 32
  /// What may be read behind the last packed number.
  static let streamPadding = 8

  /// Where the parts of the file lie.
  struct Layout: Equatable {
    /// `[n]` Int64, ascending.
    var ids: Range<Int>
    /// `[n]` UInt32: the number of terms of each text.
    var lengths: Range<Int>
    /// `[s]` bytes.
    var stream: Range<Int>
    /// `[l]` ``LeafEntry``.
    var leaves: Range<Int>
    /// `[blocks]` UInt32.
    var blockTable: Range<Int>

    /// The size of the file.
    var byteCount: Int { blockTable.upperBound }
    /// What the block table covers.
    var blocks: Range<Int> { BlockFileKind.headerByteCount..<blockTable.lowerBound }
  }

  /// The parts of a file with these counts, or nil when their sizes overflow.
  var layout: Layout? {
    var sections = SectionLayout()
    guard
      let ids = sections.add(count, MemoryLayout<Int64>.size),
      let lengths = sections.add(count, MemoryLayout<UInt32>.size),
      let stream = sections.add(streamByteCount, 1),
      let leaves = sections.add(leafCount, LeafEntry.byteCount),
      let blockTable = sections.addBlockTable()
    else { return nil }
    return Layout(
      ids: ids, lengths: lengths, stream: stream, leaves: leaves, blockTable: blockTable)
  }
}

extension LexicalFileHeader {
  /// The bytes of the header, checksum included.
  func encoded(fileByteCount: Int) -> [UInt8] {
    Self.kind.header(fileByteCount: fileByteCount) { header in
      for value in [count, totalLength, termCount, streamByteCount, leafCount] {
        header.append(UInt64(value))
      }
      header.append(analysis)
      header.append(tableChecksum)
    }
  }

  /// Reads a header and holds it against itself and the size of the file.
  ///
  /// - Throws: ``RAGError`` of code `incompatibleFormat` for a file of another kind, version or
  ///   byte order; `corrupt` for one that contradicts itself.
  static func read(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws -> (header: LexicalFileHeader, layout: Layout, stamp: FileStamp) {
    let fields = try kind.readHeader(of: bytes, path: path)
    func corrupt(_ what: String) -> RAGError { kind.corrupt(what, path: path) }
    let analysis = fields.uint32(at: 64)
    guard LexicalAnalyzer.versions.contains(analysis) else {
      throw RAGError(
        .incompatibleFormat,
        "the lexical file has terms of analysis \(analysis), this build knows those up to "
          + "\(LexicalAnalyzer.versions.upperBound); write it anew ('rag repair') or use the build that wrote it",
        path: path)
    }
    guard
      let textCount = fields.count(at: 24), textCount < Int(UInt32.max),
      let totalLength = fields.count(at: 32), totalLength / Int(UInt32.max) <= textCount,
      let termCount = fields.count(at: 40), termCount <= totalLength,
      let streamByteCount = fields.count(at: 48), streamByteCount >= streamPadding,
      let leafCount = fields.count(at: 56), leafCount <= termCount,
      termCount <= leafCount.multipliedReportingOverflow(by: leafTermCount).partialValue
    else { throw corrupt("a count in its header is out of range") }
    let header = LexicalFileHeader(
      count: textCount, totalLength: totalLength, termCount: termCount,
      streamByteCount: streamByteCount, leafCount: leafCount, analysis: analysis,
      tableChecksum: fields.uint32(at: 68))
    guard let layout = header.layout else { throw corrupt("a count in its header is out of range") }
    try kind.requireSize(layout.byteCount, of: fields, path: path)
    return (header, layout, fields.stamp)
  }
}

/// Where a leaf of the dictionary lies.
struct LeafEntry {
  /// From the start of the stream.
  var offset: Int
  var byteCount: Int
  var termCount: Int

  /// UInt64 offset, UInt32 size, UInt32 number of terms.
  static let byteCount = 16
}
