import RAGCore

/// The chunking of one document, section by section.
struct ChunkerRun {
  private struct ShortSection {
    var section: Section
    var pieces: [Piece]
    var weight: Int
  }

  let sizes: ChunkSizes
  let builder: PieceBuilder
  private var assembler: ChunkAssembler
  /// Short sections in a row, not yet joined.
  private var shortSections: [ShortSection] = []

  init(sizes: ChunkSizes, builder: PieceBuilder, assembler: ChunkAssembler) {
    self.sizes = sizes
    self.builder = builder
    self.assembler = assembler
  }

  /// Takes the next section.
  mutating func add(_ section: Section) throws {
    // A piece must fit behind the longest prefix.
    let pieces = try builder.pieces(of: section.blocks, limit: sizes.limit - sizes.prefix)
    let weight = pieces.reduce(0) { $0 + $1.weight }
    if weight < sizes.shortSection {
      shortSections.append(ShortSection(section: section, pieces: pieces, weight: weight))
    } else {
      try joinShortSections()
      try append(section, pieces: pieces, weight: weight)
    }
  }

  /// The chunks of all sections added.
  mutating func finish() throws -> [Chunk] {
    try joinShortSections()
    return assembler.chunks
  }

  // MARK: Long sections

  private mutating func append(_ section: Section, pieces: [Piece], weight: Int) throws {
    let own = section.path.suffix(section.ownHeadingCount).map(\.text)
    let headings = section.path.map(\.text)
    let first = prefix(headings: section.headingsAbove.map(\.text), own: own)
    if first.tokenCount + weight <= sizes.limit {
      try assembler.append(pieces[...], overlap: [], headings: headings, prefix: first.text)
      return
    }
    let later = prefix(headings: headings, own: [])
    let room = sizes.limit - max(first.tokenCount, later.tokenCount)
    let finder = BoundaryFinder(radius: max(1, room / 3), maximum: room)
    let starts = finder.starts(weights: pieces.map(\.weight), ranks: pieces.map(\.rank))
    for (position, start) in starts.enumerated() {
      let end = position + 1 < starts.count ? starts[position + 1] : pieces.count
      let previous = position > 0 ? starts[position - 1] : start
      let body = pieces[start..<end]
      let spare = room - body.reduce(0) { $0 + $1.weight }
      try assembler.append(
        body, overlap: overlap(pieces[previous..<start], limit: min(sizes.overlap, spare)),
        headings: headings, prefix: position == 0 ? first.text : later.text)
    }
  }

  /// The last pieces of a chunk that the next one repeats; never all of them.
  private func overlap(_ previous: ArraySlice<Piece>, limit: Int) -> ArraySlice<Piece> {
    var weight = 0
    var start = previous.endIndex
    for index in previous.indices.dropFirst().reversed() {
      let piece = previous[index]
      weight += piece.weight
      guard piece.canOverlap, weight <= limit,
        piece.boundary.rawValue <= Piece.Boundary.words.rawValue
      else { break }
      start = index
    }
    return previous[start...]
  }

  private func prefix(headings: [String], own: [String]) -> HeadingPrefix {
    HeadingPrefix(
      title: builder.document.title, headings: headings, own: own, budget: sizes.prefix,
      counter: builder.counter)
  }

  // MARK: Short sections

  /// Joins neighbouring short sections, as a rule those under one parent.
  ///
  /// Where to part them is decided like the cuts of long sections, outer headings first. A group
  /// never goes on past a heading above its own first one: it would leave the parent that its
  /// first section needs to be understood.
  private mutating func joinShortSections() throws {
    let sections = shortSections
    shortSections = []
    let ranks = sections.map { section in
      UInt64(section.section.level) << 56 | (section.pieces.first?.rank ?? 0) & (1 << 56 - 1)
    }
    let finder = BoundaryFinder(radius: max(1, sizes.limit * 3 / 16), maximum: sizes.limit / 2)
    let starts = Set(finder.starts(weights: sections.map(\.weight), ranks: ranks))
    var group: [ShortSection] = []
    for (index, section) in sections.enumerated() {
      if let first = group.first,
        starts.contains(index) || section.section.level < first.section.level
      {
        try append(group)
        group = []
      }
      group.append(section)
    }
    try append(group)
  }

  private mutating func append(_ group: [ShortSection]) throws {
    guard let first = group.first else { return }
    var common = first.section.path[...]
    for other in group.dropFirst() {
      let path = other.section.path
      let shared = zip(common, path).prefix { $0.block == $1.block }.count
      common = common.prefix(shared)
    }
    let own = group.flatMap { $0.section.path.suffix($0.section.ownHeadingCount).map(\.text) }
    let prefix = prefix(headings: first.section.headingsAbove.map(\.text), own: own)
    try assembler.append(
      group.flatMap(\.pieces)[...], overlap: [], headings: common.map(\.text), prefix: prefix.text)
  }
}
