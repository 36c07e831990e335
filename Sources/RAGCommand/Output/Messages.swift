import Glibc
import RAG

/// Lines for people, on standard error.
enum Messages {
  /// The one line that says why a command failed.
  static func error(_ text: String) { line("rag: error: \(text)") }

  /// Something that went on all the same.
  static func warning(_ text: String) { line("rag: warning: \(text)") }

  /// Something to know.
  static func note(_ text: String) { line("rag: \(text)") }

  /// Files of an index that were found damaged, and in whose place its rows answered.
  static func warn(of damage: [IndexDamage]) {
    for damage in damage {
      let remedy = damage.problem.contains("'rag repair'") ? "" : "; 'rag repair' makes it anew"
      warning("\(damage.file) is damaged and was not used: \(damage.problem)\(remedy)")
    }
  }

  /// Files of an index that a command came upon, damaged, and made anew.
  static func tell(mended: [IndexDamage]) {
    for damage in mended {
      warning("\(damage.file) was damaged and was made anew: \(damage.problem)")
    }
  }

  private static func line(_ text: String) {
    // One line, whatever a path or a system message holds.
    write(Printable.line(text) + "\n")
  }

  /// Writes to standard error as it is; there is nobody to tell when that fails.
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { buffer in _ = Glibc.write(STDERR_FILENO, buffer.baseAddress, buffer.count) }
  }
}
