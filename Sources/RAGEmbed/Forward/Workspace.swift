import CRAGKernels
import RAGCore

/// The memory of forward passes, kept for the next.
final class Workspace: @unchecked Sendable {
  // Sendable: the pool hands each to one run at a time, whose units write to rows of their own.

  typealias Matrix = UnsafeMutablePointer<Float>

  /// What all threads share, row-major.
  struct Rows {
    /// `[rows, padded hidden]`: the state that layers pass on.
    var state: Matrix
    /// `[rows, padded hidden]`: what attention gathers.
    var context: Matrix
    /// `[rows, padded 3 hidden]`, twice: query, key and value of a layer and of the next.
    var projections: (Matrix, Matrix)
  }

  /// What one thread uses for itself.
  struct ThreadMemory {
    /// `[block, padded hidden]`: a layer's output before the residual is added.
    var update: Matrix
    /// `[block, padded intermediate]`.
    var intermediate: Matrix
    /// `[block, padded inputs, bytes of an input]`: inputs as bytes, and what they stand for.
    var bytes: UnsafeMutablePointer<Int8>
    var codes: UnsafeMutablePointer<rag_row_code>
    /// `[padded hidden]`: the embedding of a token's piece. Nothing else is written here, so what
    /// fills it up stays zero.
    var embedding: Matrix
    /// A row of any width, while it is made bytes.
    var rotated: Matrix
    /// For attention.
    var scratch: Matrix
  }

  let rows: Rows
  let threads: [ThreadMemory]
  private let blocks: [ZeroedMemory]
  fileprivate let size: Size

  /// What a workspace is for.
  struct Size: Hashable {
    /// Rows of a pass.
    var rowCount: Int
    /// Rows that a thread works on at a time.
    var blockRowCount: Int
    /// Tokens of the longest text.
    var length: Int
    var threadCount: Int

    func holds(_ other: Size) -> Bool {
      rowCount >= other.rowCount && blockRowCount >= other.blockRowCount
        && length >= other.length && threadCount >= other.threadCount
    }

    /// Holds this and the other.
    func union(_ other: Size) -> Size {
      Size(
        rowCount: max(rowCount, other.rowCount),
        blockRowCount: max(blockRowCount, other.blockRowCount),
        length: max(length, other.length), threadCount: max(threadCount, other.threadCount))
    }
  }

  init(_ configuration: EncoderConfiguration, _ size: Size) throws {
    self.size = size
    let hidden = EncoderWeights.padded(configuration.hiddenSize)
    let heads = EncoderWeights.padded(3 * configuration.hiddenSize)
    let intermediate = EncoderWeights.padded(configuration.intermediateSize)
    var blocks: [ZeroedMemory] = []
    func block<Result>(_ take: (inout MemoryParts) -> Result) throws -> Result {
      let memory = try ZeroedMemory(byteCount: MemoryParts.byteCount { _ = take(&$0) })
      blocks.append(memory)
      var parts = MemoryParts(of: memory.start)
      return take(&parts)
    }
    // Attention reads up to 15 values behind a row.
    let slack = RAG_LANES
    rows = try block { parts in
      Rows(
        state: parts.take(size.rowCount * hidden), context: parts.take(size.rowCount * hidden),
        projections: (
          parts.take(size.rowCount * heads + slack), parts.take(size.rowCount * heads + slack)
        ))
    }
    var attention = rag_attention()
    attention.head_size = configuration.headSize
    let widest = max(hidden, intermediate)
    threads = try (0..<size.threadCount).map { _ in
      try block { parts in
        ThreadMemory(
          update: parts.take(size.blockRowCount * hidden),
          intermediate: parts.take(size.blockRowCount * intermediate),
          bytes: parts.take(size.blockRowCount * widest * RAG_MOST_INPUT_BYTES),
          codes: parts.take(size.blockRowCount),
          embedding: parts.take(hidden), rotated: parts.take(widest),
          scratch: parts.take(rag_attention_scratch(&attention, size.length)))
      }
    }
    self.blocks = blocks
  }
}

/// Workspaces that are not in use.
final class WorkspacePool: Sendable {
  private let configuration: EncoderConfiguration
  private let free = Locked<[Workspace]>([])

  init(_ configuration: EncoderConfiguration) { self.configuration = configuration }

  /// A workspace for `size`, to be given back.
  ///
  /// - Throws: ``RAGError`` `limitExceeded` where there is not so much memory.
  func take(_ size: Workspace.Size) throws -> Workspace {
    guard let kept = free.withLock({ $0.popLast() }) else {
      return try Workspace(configuration, size)
    }
    return kept.size.holds(size)
      ? kept : try Workspace(configuration, kept.size.union(size))
  }

  /// Keeps few, or as much memory would stay as was ever in use at a time.
  func give(back workspace: Workspace) {
    free.withLock { if $0.count < 2 { $0.append(workspace) } }
  }
}
