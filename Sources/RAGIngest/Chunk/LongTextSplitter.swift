import RAGCore

/// Divides a sentence or line that is too long for a chunk, at tokens, preferably between words.
///
/// Its cuts hold still under edits as those of ``BoundaryFinder`` do: also a paragraph of ten
/// megabytes without a full stop changes only around the place of an edit.
struct LongTextSplitter {
  let view: UTF8View
  let counter: any TokenCounter

  /// Bytes that are tokenized at once; bounds the memory.
  private static let segmentByteCount = 64 << 10
  /// A token longer than this is divided itself.
  private static let atomByteCount = 256

  /// Appends the pieces of a range, each of at most about a quarter of `limit`.
  /// - Complexity: O(bytes).
  func append(
    _ range: Range<Int>, limit: Int, canOverlap: Bool, to pieces: inout [Piece]
  ) throws {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = segmentEnd(start..<range.upperBound)
      let starts = atomStarts(in: start..<end)
      appendPieces(
        atoms: starts, end: end, limit: limit, canOverlap: canOverlap, to: &pieces)
      start = end
    }
  }

  private typealias Atom = (start: Int, tokenCount: Int)

  /// Joins atoms to pieces.
  private func appendPieces(
    atoms: [Atom], end: Int, limit: Int, canOverlap: Bool, to pieces: inout [Piece]
  ) {
    func range(_ index: Int) -> Range<Int> {
      atoms[index].start..<(index + 1 < atoms.count ? atoms[index + 1].start : end)
    }
    let weights = atoms.indices.map {
      Piece.weight(tokenCount: atoms[$0].tokenCount, byteCount: range($0).count)
    }
    let ranks = atoms.indices.map { index in
      let start = atoms[index].start
      return boundary(at: start).rank(before: start..<min(end, start + 32), in: view)
    }
    let finder = BoundaryFinder(radius: max(1, limit / 10), maximum: max(1, limit / 4))
    let starts = finder.starts(weights: weights, ranks: ranks)
    for (position, first) in starts.enumerated() {
      let next = position + 1 < starts.count ? starts[position + 1] : atoms.count
      let text = view.trimmed(atoms[first].start..<range(next - 1).upperBound)
      guard !text.isEmpty else { continue }
      pieces.append(
        Piece(
          range: text, weight: weights[first..<next].reduce(0, +), rank: ranks[first],
          canOverlap: canOverlap))
    }
  }

  // MARK: Atoms

  /// Where each token starts; what the tokenizer passes over belongs to the token before it.
  private func atomStarts(in range: Range<Int>) -> [Atom] {
    let text = String(decoding: range.lazy.map { view[$0] }, as: UTF8.self)
    var atoms: [Atom] = [(range.lowerBound, 0)]
    for token in counter.tokenRanges(in: text) {
      let start = range.lowerBound + token.lowerBound
      // Tokens of one character share its range; a token must not start inside a scalar.
      if start > atoms[atoms.count - 1].start, start < range.upperBound, view[start] & 0xC0 != 0x80
      {
        divide(upTo: start, atoms: &atoms)
        atoms.append((start, 1))
      } else {
        atoms[atoms.count - 1].tokenCount += 1
      }
    }
    divide(upTo: range.upperBound, atoms: &atoms)
    return atoms
  }

  /// Divides the last atom if it is too long.
  private func divide(upTo end: Int, atoms: inout [Atom]) {
    while let start = atoms.last?.start, end - start > Self.atomByteCount {
      let half = Self.atomByteCount / 2
      atoms.append((bestCut(in: (start + half / 2)..<(start + half)), 0))
    }
  }

  /// The end of the next segment, chosen by content so that segments resynchronize after an edit.
  private func segmentEnd(_ rest: Range<Int>) -> Int {
    guard rest.count > Self.segmentByteCount else { return rest.upperBound }
    let start = rest.lowerBound
    return bestCut(in: (start + Self.segmentByteCount / 2)..<(start + Self.segmentByteCount))
  }

  /// The place of the least rank in a window of at least 4 bytes.
  private func bestCut(in window: Range<Int>) -> Int {
    var best = (rank: UInt64.max, offset: window.upperBound)
    for offset in window where view[offset] & 0xC0 != 0x80 {
      let rank = boundary(at: offset).rank(before: offset..<(offset + 16), in: view)
      if rank < best.rank { best = (rank, offset) }
    }
    return best.offset
  }

  /// What a cut at an offset would separate.
  func boundary(at offset: Int) -> Piece.Boundary {
    guard let before = view.scalar(before: offset), let after = view.scalar(at: offset) else {
      return .words
    }
    if UTF8View.isWhiteSpace(before.value) || UTF8View.isWhiteSpace(after.value) {
      // The white space before a word goes with what is before it.
      return UTF8View.isWhiteSpace(after.value) ? .characters : .words
    }
    return extendsCharacter(after.value, before: before.value) ? .scalars : .characters
  }

  /// Whether a scalar belongs to the character of the one before it.
  ///
  /// A rule on two scalars, stricter than Unicode's segmentation (UAX 29), which looks back
  /// without bound: two flags in a row stay together.
  private func extendsCharacter(_ value: UInt32, before: UInt32) -> Bool {
    if value < 0x300 { return before == 0x200D }
    let isRegional = { (value: UInt32) in 0x1F1E6...0x1F1FF ~= value }
    if value == 0x200D || before == 0x200D || (isRegional(value) && isRegional(before)) {
      return true
    }
    if 0x1160...0x11FF ~= value || 0x1F3FB...0x1F3FF ~= value { return true }
    guard let properties = Unicode.Scalar(value)?.properties else { return false }
    return properties.isGraphemeExtend || properties.generalCategory == .spacingMark
  }
}
