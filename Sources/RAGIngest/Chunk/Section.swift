import RAGCore

/// A heading with the blocks below it, up to the next heading; or what stands before the first.
struct Section {
  /// One heading of a path.
  struct Heading {
    /// The text on one line, shortened when it is very long.
    var text: String
    var level: Int
    /// Position of the heading among the document's blocks.
    var block: Int
  }

  /// The headings that apply, outermost first; the last `ownHeadingCount` of them stand in `blocks`.
  var path: [Heading]
  var ownHeadingCount: Int
  /// Positions among the document's blocks, headings included.
  var blocks: Range<Int>

  /// The level of the first heading in `blocks`; 0 before the first heading.
  var level: Int { path.dropLast(max(0, ownHeadingCount - 1)).last?.level ?? 0 }

  /// The headings that apply but stand in earlier blocks.
  var headingsAbove: ArraySlice<Heading> { path.dropLast(ownHeadingCount) }

  private func extended(to end: Int) -> Section {
    var section = self
    section.blocks = blocks.lowerBound..<end
    return section
  }

  /// Cuts a document at its headings.
  ///
  /// A heading directly followed by one of a deeper level is one section with it, so that no
  /// chunk is a bare heading where text of its own follows.
  /// - Complexity: O(bytes of the headings + blocks).
  static func sections(of document: Document) -> [Section] {
    var sections: [Section] = []
    var path: [Heading] = []
    for (index, block) in document.blocks.enumerated() {
      guard case .heading(let level) = block.kind else {
        let first = sections.popLast() ?? Section(path: [], ownHeadingCount: 0, blocks: 0..<0)
        sections.append(first.extended(to: index + 1))
        continue
      }
      while let last = path.last, last.level >= level { path.removeLast() }
      path.append(Heading(text: line(of: block, in: document), level: level, block: index))
      if var last = sections.last, last.ownHeadingCount == last.blocks.count,
        let parent = last.path.last, parent.level < level
      {
        last = last.extended(to: index + 1)
        last.path = path
        last.ownHeadingCount += 1
        sections[sections.count - 1] = last
      } else {
        sections.append(Section(path: path, ownHeadingCount: 1, blocks: index..<index + 1))
      }
    }
    return sections
  }

  /// Bytes of a heading that are kept as a label; the whole heading is in the chunk's text.
  private static let labelByteCount = 300

  private static func line(of block: Document.Block, in document: Document) -> String {
    var end = min(block.range.upperBound, block.range.lowerBound + 2_000)
    if end < block.range.upperBound {
      while end > block.range.lowerBound, document.text[end] & 0xC0 == 0x80 { end -= 1 }
    }
    return HeadingPrefix.singleLine(
      document.string(block.range.lowerBound..<end), byteCount: labelByteCount)
  }
}
