public import RAGCore

/// Cuts documents into chunks that an encoder can take whole.
///
/// - A chunk lies in one section: boundaries restart at each heading. Sections of a line or two
///   under one parent share a chunk, up to half the usual size.
/// - Within a section that is too long for one chunk, cuts fall between blocks rather than
///   between sentences, and between sentences rather than words; code and tables stay whole where
///   they fit. Among equals the text itself decides (``BoundaryFinder``), so that an edit moves
///   only the boundaries beside it and the chunks elsewhere stay the same to the byte.
/// - A later chunk of a section repeats a few sentences of the one before.
/// - What is embedded is the text behind its title and headings; those that stand in the chunk's
///   own text are not said twice.
public struct Chunker: Sendable {
  private let options: ChunkOptions
  private let counter: any TokenCounter
  private let maximumTokenCount: Int

  /// Makes a chunker for an encoder that counts as `tokenCounter` does and takes
  /// `maximumTokenCount` tokens, special tokens excluded.
  public init(
    options: ChunkOptions = .init(), tokenCounter: any TokenCounter, maximumTokenCount: Int
  ) {
    self.options = options
    self.counter = tokenCounter
    self.maximumTokenCount = maximumTokenCount
  }

  /// The chunks of a document, in the order of its text.
  ///
  /// Every character of every block, other than white space, is in at least one chunk, and no
  /// chunk's `embeddingText` has more tokens than the encoder takes.
  /// - Throws: ``RAGError``: `invalidInput` for options that cannot be met or a document whose
  ///   blocks do not lie in its text, in order; `limitExceeded` when a single character has more
  ///   tokens than the encoder takes; `cancelled` with the task.
  /// - Complexity: O(bytes of the text).
  public func chunks(of document: Document) throws -> [Chunk] {
    let sizes = try ChunkSizes(options: options, maximumTokenCount: maximumTokenCount)
    try check(document)
    return try document.text.withUnsafeBufferPointer { bytes in
      let view = UTF8View(bytes)
      var run = ChunkerRun(
        sizes: sizes,
        builder: PieceBuilder(document: document, counter: counter, view: view),
        assembler: ChunkAssembler(
          document: document, counter: counter, view: view, maximumTokenCount: maximumTokenCount))
      for section in Section.sections(of: document) { try run.add(section) }
      return try run.finish()
    }
  }

  private func check(_ document: Document) throws {
    var end = 0
    for block in document.blocks {
      let range = block.range
      guard range.lowerBound >= end, range.upperBound <= document.text.count else {
        throw RAGError(.invalidInput, "the document's blocks are out of order or beyond its text")
      }
      if case .heading(let level) = block.kind, !(1...6).contains(level) {
        throw RAGError(
          .invalidInput, "a heading of the document is of level \(level), not of 1 to 6")
      }
      end = range.upperBound
    }
  }
}

/// The sizes of chunks, in tokens, with the encoder's limit taken into account.
struct ChunkSizes {
  /// The most of a whole chunk, prefix and overlap included.
  let limit: Int
  let overlap: Int
  /// The most of the prefix.
  var prefix: Int { limit / 4 }
  /// A section of less is joined with others like it.
  var shortSection: Int { limit / 8 }

  init(options: ChunkOptions, maximumTokenCount: Int) throws {
    let options = try options.checked()
    guard maximumTokenCount >= ChunkOptions.smallestTokenCount else {
      throw RAGError(
        .invalidInput,
        "the encoder takes fewer than \(ChunkOptions.smallestTokenCount) tokens; use another")
    }
    let target = min(options.tokenCount, maximumTokenCount, 1 << 20)
    limit = min(target + target / 4, maximumTokenCount)
    overlap = min(options.overlapTokenCount, limit / 4)
  }
}
