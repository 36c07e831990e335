/// Shows how far `rag eval` is with a lane.
final class EvalProgress {
  private let terminal: Terminal
  private var bar: ProgressBar
  private var label = ""
  private var done = 0
  private var count = 0

  init(_ terminal: Terminal) {
    self.terminal = terminal
    bar = ProgressBar(terminal)
  }

  /// Begins a lane of so many searches.
  func begin(_ label: String, count: Int) {
    end()
    bar = ProgressBar(terminal)
    (self.label, self.count, done) = (label, count, 0)
  }

  /// One more search is done.
  func advance() {
    done += 1
    bar.show(label, done: done, of: count, "searches")
  }

  /// Takes the bar away.
  func end() { bar.clear() }
}
