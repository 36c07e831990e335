import RAGCore

/// The forward passes over one batch.
///
/// One thread leads a pass, others may help it; the passes come one after another.
final class EncodingRun: @unchecked Sendable {
  // Sendable: all is set when a run starts but the memory of the workspace. Of its rows a unit has
  // some for itself while a phase is open, and each worker has a thread's memory for itself.

  let passes: [PassPlan]
  private let forward: EncoderForward
  private let batch: TokenRows
  private let workspace: Workspace

  /// - Throws: ``RAGError`` `limitExceeded` where there is no memory for it.
  init(
    _ batch: TokenRows, _ forward: EncoderForward, threadCount: Int, _ workspaces: WorkspacePool
  ) throws {
    self.forward = forward
    self.batch = batch
    passes = PassPlan.passes(
      of: batch, threadCount: threadCount, isolatesTexts: forward.blas != nil)
    workspace = try workspaces.take(
      Self.size(of: passes, batch, forward, threadCount: threadCount))
  }

  private static func size(
    of passes: [PassPlan], _ batch: TokenRows, _ forward: EncoderForward, threadCount: Int
  ) -> Workspace.Size {
    func rounded(_ count: Int) -> Int { (count + 63) / 64 * 64 }
    let length = (0..<batch.textCount).map { batch.rows(ofText: $0).count }.max() ?? 0
    var rowCount = passes.map(\.rows.count).max() ?? 0
    var blockRowCount = EncoderForward.blockRowCount
    if let blas = forward.blas {
      rowCount = blas.paddedRowCount(rowCount, forward.configuration)
      blockRowCount = rowCount
    }
    return Workspace.Size(
      rowCount: rounded(rowCount), blockRowCount: blockRowCount, length: rounded(length),
      threadCount: min(threadCount, passes.map(\.units.count).max() ?? 1))
  }

  /// Runs a pass, with the team's help.
  ///
  /// - Throws: ``RAGError`` `cancelled`, checked before each step.
  func lead(_ pass: PassPlan, _ team: Team) throws {
    defer { team.close() }
    for step in 0..<forward.stepCount {
      if Task.isCancelled { throw RAGError(.cancelled, "encoding was cancelled") }
      team.lead(phase: step, unitCount: pass.units.count) { unit in
        run(step: step, unit: unit, of: pass, worker: 0)
      }
    }
  }

  /// Helps with a pass until it is over; `worker` is from 1 to the number of its units - 1.
  func help(_ pass: PassPlan, _ team: Team, worker: Int) {
    team.help { step, unit in run(step: step, unit: unit, of: pass, worker: worker) }
  }

  /// The last hidden states of a text of the pass that was run last.
  func states(ofText text: Int, in pass: PassPlan) -> Transformer.States {
    let stride = EncoderWeights.padded(forward.configuration.hiddenSize)
    let rows = batch.rows(ofText: text)
    let start = workspace.rows.state + (rows.lowerBound - pass.rows.lowerBound) * stride
    return Transformer.States(start: UnsafePointer(start), stride: stride, count: rows.count)
  }

  /// Gives the memory back; nobody leads or helps any more.
  func end(_ workspaces: WorkspacePool) { workspaces.give(back: workspace) }

  private func run(step: Int, unit: Int, of pass: PassPlan, worker: Int) {
    forward.run(
      step: step, rows: pass.units[unit], of: batch, in: pass, workspace.rows,
      thread: workspace.threads[worker])
  }
}
