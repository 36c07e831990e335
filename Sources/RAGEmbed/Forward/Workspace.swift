import RAGCore
import Synchronization

/// The matrices of one forward pass, kept for the next.
final class Workspace: @unchecked Sendable {
  // Sendable: the pool hands each to one task at a time.

  typealias Matrix = UnsafeMutablePointer<Float>

  private let hiddenSize: Int
  private let intermediateSize: Int
  private var rowCapacity = 0
  private var scoreCapacity = 0
  private var rows: AlignedBuffer?
  private var scoreBuffer: AlignedBuffer?

  init(_ configuration: EncoderConfiguration) {
    hiddenSize = configuration.hiddenSize
    intermediateSize = configuration.intermediateSize
  }

  /// Views of the memory, all row-major.
  struct Matrices {
    /// `[rows, hiddenSize]`: the state that layers pass on.
    let state: Matrix
    /// `[rows, 3 hiddenSize]`: query, key and value.
    let heads: Matrix
    /// `[rows, hiddenSize]`: what attention gathers.
    let context: Matrix
    /// `[rows, hiddenSize]`: a layer's output before the residual is added.
    let update: Matrix
    /// `[rows, intermediateSize]`.
    let intermediate: Matrix
    /// `[length, length]` of the longest text.
    let scores: Matrix
  }

  /// Memory for `rowCount` rows and attention over `length` tokens.
  func matrices(rowCount: Int, length: Int) throws -> Matrices {
    if rows == nil || rowCount > rowCapacity {
      rows = nil
      rows = try AlignedBuffer(count: rowCount * (6 * hiddenSize + intermediateSize))
      rowCapacity = rowCount
    }
    if scoreBuffer == nil || length > scoreCapacity {
      scoreBuffer = nil
      scoreBuffer = try AlignedBuffer(count: length * length)
      scoreCapacity = length
    }
    guard let start = rows?.values.baseAddress, let scores = scoreBuffer?.values.baseAddress else {
      throw RAGError(.limitExceeded, "no memory for the encoder")
    }
    let width = rowCapacity * hiddenSize
    return Matrices(
      state: start, heads: start + width, context: start + 4 * width, update: start + 5 * width,
      intermediate: start + 6 * width, scores: scores)
  }
}

/// Workspaces that are not in use.
final class WorkspacePool: Sendable {
  private let configuration: EncoderConfiguration
  private let free = Mutex<[Workspace]>([])

  init(_ configuration: EncoderConfiguration) { self.configuration = configuration }

  /// Lends a workspace to `body`.
  func withWorkspace<Result>(_ body: (Workspace) throws -> Result) rethrows -> Result {
    let workspace = free.withLock { $0.popLast() } ?? Workspace(configuration)
    defer { free.withLock { $0.append(workspace) } }
    return try body(workspace)
  }
}
