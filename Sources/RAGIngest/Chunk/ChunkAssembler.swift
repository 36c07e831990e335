import RAGCore

/// Makes chunks of pieces, and proves each against the encoder's limit with the encoder's counter.
struct ChunkAssembler {
  let document: Document
  let counter: any TokenCounter
  let view: UTF8View
  /// The most tokens of a chunk's embedding text.
  let maximumTokenCount: Int
  private(set) var chunks: [Chunk] = []

  init(document: Document, counter: any TokenCounter, view: UTF8View, maximumTokenCount: Int) {
    self.document = document
    self.counter = counter
    self.view = view
    self.maximumTokenCount = maximumTokenCount
  }

  /// Appends the chunk of some pieces, or several where the count of the whole passes the limit.
  ///
  /// `overlap` is the position of the first piece to repeat in front of them.
  /// - Throws: ``RAGError`` of code `limitExceeded` when a single character has more tokens than
  ///   the encoder takes, `cancelled` with the task.
  mutating func append(
    _ pieces: ArraySlice<Piece>, overlap: ArraySlice<Piece>, headings: [String], prefix: String
  ) throws {
    guard let first = pieces.first, let last = pieces.last else { return }
    if Task.isCancelled { throw RAGError(.cancelled, "chunking was cancelled") }
    let range = first.range.lowerBound..<last.range.upperBound
    let whole = (overlap.first ?? first).range.lowerBound..<range.upperBound
    if appendIfFits(whole, headings: headings, prefix: prefix) { return }
    if !overlap.isEmpty, appendIfFits(range, headings: headings, prefix: prefix) { return }
    if pieces.count > 1 {
      let cut = middle(of: pieces)
      try append(pieces[..<cut], overlap: [], headings: headings, prefix: prefix)
      try append(pieces[cut...], overlap: [], headings: headings, prefix: prefix)
    } else if let cut = middle(of: range) {
      for half in [range.lowerBound..<cut, cut..<range.upperBound] {
        var piece = first
        piece.range = view.trimmed(half)
        guard !piece.range.isEmpty else { continue }
        try append([piece], overlap: [], headings: headings, prefix: prefix)
      }
    } else if !appendIfFits(range, headings: headings, prefix: "") {
      throw RAGError(
        .limitExceeded,
        "a single character has more than the \(maximumTokenCount) tokens that the encoder takes")
    }
  }

  private mutating func appendIfFits(
    _ range: Range<Int>, headings: [String], prefix: String
  ) -> Bool {
    let text = document.string(range)
    let embeddingText = prefix.isEmpty ? text : prefix + "\n" + text
    let tokenCount = counter.tokenCount(of: embeddingText)
    guard tokenCount <= maximumTokenCount else { return false }
    chunks.append(
      Chunk(
        ordinal: chunks.count, text: text, textRange: range, span: document.span(of: range),
        headings: headings, embeddingText: embeddingText, tokenCount: tokenCount))
    return true
  }

  /// The best cut in the middle half of the weight.
  private func middle(of pieces: ArraySlice<Piece>) -> Int {
    let total = pieces.reduce(0) { $0 + $1.weight }
    var weight = 0
    var best: Int?
    for index in pieces.indices.dropFirst() {
      weight += pieces[index - 1].weight
      guard weight * 4 >= total, weight * 4 <= total * 3 else { continue }
      if best.map({ pieces[index].rank < pieces[$0].rank }) ?? true { best = index }
    }
    return best ?? pieces.startIndex + pieces.count / 2
  }

  /// The best cut in the middle half of a text; nil when it is one scalar.
  private func middle(of range: Range<Int>) -> Int? {
    let splitter = LongTextSplitter(view: view, counter: counter)
    let quarter = range.count / 4
    var best: (rank: UInt64, offset: Int)?
    for offset
      in (range.lowerBound + max(1, quarter))..<max(
        range.lowerBound + 1, range.upperBound - quarter)
    where view[offset] & 0xC0 != 0x80 && offset < range.upperBound {
      let end = min(range.upperBound, offset + 16)
      let rank = splitter.boundary(at: offset).rank(before: offset..<end, in: view)
      if best.map({ rank < $0.rank }) ?? true { best = (rank, offset) }
    }
    return best?.offset
  }
}
