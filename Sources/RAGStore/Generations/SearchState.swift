import GRDB
import RAGCore
import RAGIndex
import RAGLexical

/// What searches need of one committed state: generations, a tail that they do not hold yet, and
/// the chunks that were removed since they were written.
struct SearchState: Sendable {
  let revision: Int
  let generations: [Generation]
  /// Ids that the files or an older tail may hold, and that are gone.
  let tombstones: IDSet
  /// Of the chunks after the last generation.
  private(set) var vectors: Tail<FlatIndex>?
  private(set) var terms: Tail<LexicalMemory>?

  /// What was made of the rows behind a chunk, up to another.
  struct Tail<Index: Sendable>: Sendable {
    var index: Index
    var after: Int64
    var last: Int64
  }

  /// - Throws: ``RAGError`` of code `corrupt` where the state cannot be.
  static func fetch(_ settings: IndexSettings, in database: Database) throws -> SearchState {
    let gone = try Int64.fetchAll(database, sql: "SELECT chunk FROM tombstone ORDER BY chunk")
    // No fold takes such away, and enough of them make one due for ever.
    guard [gone.first, gone.last].allSatisfy({ $0.map(IndexSettings.ids.contains) ?? true }) else {
      throw RAGError(
        .corrupt,
        "the index has marks of removed chunks that cannot be; 'rag repair' keeps what is whole")
    }
    return SearchState(
      revision: settings.revision, generations: try Generation.fetchAll(database),
      tombstones: IDSet(gone))
  }

  /// Takes over what an older state has read already: a tail only grows, and what left it has a
  /// tombstone.
  mutating func adoptTails(of older: SearchState) {
    guard older.generations == generations, older.revision <= revision else { return }
    vectors = vectors ?? older.vectors
    terms = terms ?? older.terms
  }

  /// The vectors behind chunk `start`, up to the last of the state.
  mutating func vectorTail(
    after start: Int64, settings: IndexSettings, in database: Database
  ) throws -> FlatIndex? {
    guard let dimension = settings.dimension else { return nil }
    if let tail = vectors, tail.after == start, tail.last == settings.lastChunk {
      return tail.index
    }
    var tail: Tail<FlatIndex>
    if let known = vectors, known.after == start {
      tail = known
    } else {
      tail = Tail(
        index: try FlatIndex(dimension: dimension, metric: .cosine, encoding: .float32),
        after: start, last: start)
    }
    try VectorRow.forEach(
      of: ChunkIDs(after: tail.last, last: settings.lastChunk), dimension: dimension, in: database
    ) {
      try tail.index.append(id: $0.chunk, vector: $0.elements)
    }
    tail.last = settings.lastChunk
    vectors = tail
    return tail.index
  }

  /// The words behind chunk `start`, up to the last of the state.
  mutating func termTail(
    after start: Int64, settings: IndexSettings, in database: Database
  ) throws -> LexicalMemory {
    if let tail = terms, tail.after == start, tail.last == settings.lastChunk {
      return tail.index
    }
    var tail = Tail(index: LexicalMemory(), after: start, last: start)
    if let known = terms, known.after == start { tail = known }
    var texts = try SearchedTexts(
      of: ChunkIDs(after: tail.last, last: settings.lastChunk), in: database)
    try tail.index.append { try texts.next() }
    tail.last = settings.lastChunk
    terms = tail
    return tail.index
  }
}
