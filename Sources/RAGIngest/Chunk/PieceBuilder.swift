import RAGCore

/// Takes the blocks of a document apart into pieces.
struct PieceBuilder {
  let document: Document
  let counter: any TokenCounter
  /// The document's text.
  let view: UTF8View

  /// The pieces of some blocks, in order; every character other than white space is in one.
  ///
  /// A piece weighs at most `limit`, as far as its text can be divided.
  /// - Throws: ``RAGError`` of code `invalidInput` when the text is not valid UTF-8.
  /// - Complexity: O(bytes of the blocks); each is counted at most three times.
  func pieces(of blocks: Range<Int>, limit: Int) throws -> [Piece] {
    var pieces: [Piece] = []
    for index in blocks {
      let block = document.blocks[index]
      let first = pieces.count
      switch block.kind {
      case .heading, .paragraph, .listItem:
        try appendSentences(of: block, limit: limit, to: &pieces)
      case .code, .table:
        try appendWholeOrLines(of: block, limit: limit, to: &pieces)
      }
      if first < pieces.count {
        let boundary = boundary(before: index, isFirst: index == blocks.lowerBound)
        pieces[first].rank = boundary.rank(before: pieces[first].range, in: view)
      }
    }
    return pieces
  }

  private func boundary(before index: Int, isFirst: Bool) -> Piece.Boundary {
    guard !isFirst else { return .blocks }
    let previous = document.blocks[index - 1]
    switch (previous.kind, document.blocks[index].kind) {
    case (.heading, _): return .headingAndText
    case (.listItem, .listItem): return .linkedBlocks
    case (.paragraph, _): return announces(previous) ? .linkedBlocks : .blocks
    default: return .blocks
    }
  }

  /// Whether a paragraph leads to what follows: it ends in a colon, or is a short line that ends
  /// in a letter or digit, as headings that are not marked as such do.
  private func announces(_ paragraph: Document.Block) -> Bool {
    guard let last = view.scalar(before: paragraph.range.upperBound)?.value else { return false }
    if last == 0x3A || last == 0xFF1A { return true }
    guard paragraph.range.count <= 80, let properties = Unicode.Scalar(last)?.properties else {
      return false
    }
    return properties.isAlphabetic || properties.numericType != nil
  }

  // MARK: Prose

  private func appendSentences(of block: Document.Block, limit: Int, to pieces: inout [Piece])
    throws
  {
    let text = try string(block.range)
    let isHeading = if case .heading = block.kind { true } else { false }
    for sentence in SentenceSplitter.ranges(in: text) {
      let range = shifted(sentence, by: block.range.lowerBound)
      try append(
        range, boundary: .sentences, limit: limit, canOverlap: !isHeading, to: &pieces)
    }
  }

  /// Appends a text as one piece, or as several when it weighs more than `limit`.
  private func append(
    _ range: Range<Int>, boundary: Piece.Boundary, limit: Int, canOverlap: Bool,
    to pieces: inout [Piece]
  ) throws {
    // A text this long cannot fit, whatever its tokens.
    if range.count <= limit * 16 {
      let tokenCount = counter.tokenCount(of: try string(range))
      let weight = Piece.weight(tokenCount: tokenCount, byteCount: range.count)
      if weight <= limit {
        let rank = boundary.rank(before: range, in: view)
        pieces.append(Piece(range: range, weight: weight, rank: rank, canOverlap: canOverlap))
        return
      }
    }
    let first = pieces.count
    let splitter = LongTextSplitter(view: view, counter: counter)
    try splitter.append(range, limit: limit, canOverlap: canOverlap, to: &pieces)
    if first < pieces.count {
      pieces[first].rank = boundary.rank(before: pieces[first].range, in: view)
    }
  }

  // MARK: Code and tables

  private func appendWholeOrLines(
    of block: Document.Block, limit: Int, to pieces: inout [Piece]
  ) throws {
    let whole = view.trimmed(block.range)
    guard !whole.isEmpty else { return }
    if whole.count <= limit * 16 {
      let tokenCount = counter.tokenCount(of: try string(whole))
      let weight = Piece.weight(tokenCount: tokenCount, byteCount: whole.count)
      if weight <= limit {
        let rank = Piece.Boundary.blocks.rank(before: whole, in: view)
        pieces.append(Piece(range: whole, weight: weight, rank: rank, canOverlap: false))
        return
      }
    }
    var start = whole.lowerBound
    var followsBlankLine = false
    for offset in whole where offset + 1 == whole.upperBound || view[offset] == 0x0A {
      let line = view.trimmed(start..<(offset + 1))
      start = offset + 1
      if line.isEmpty {
        followsBlankLine = true
        continue
      }
      try append(
        line, boundary: followsBlankLine ? .sentences : .lines, limit: limit, canOverlap: false,
        to: &pieces)
      followsBlankLine = false
    }
  }

  private func string(_ range: Range<Int>) throws -> String {
    guard let text = String(validating: document.text[range], as: UTF8.self) else {
      throw RAGError(.invalidInput, "the document's text or a block of it is not valid UTF-8")
    }
    return text
  }

  private func shifted(_ range: Range<Int>, by offset: Int) -> Range<Int> {
    (range.lowerBound + offset)..<(range.upperBound + offset)
  }
}
