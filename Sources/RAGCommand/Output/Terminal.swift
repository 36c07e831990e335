import ArgumentParser
import Foundation

/// When to use colour.
enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never
}

/// What a stream of the program can show.
struct Terminal {
  /// Whether a person is watching the stream.
  let isInteractive: Bool
  /// Whether to style text.
  let usesColor: Bool
  /// Columns.
  let width: Int

  /// Looks at standard output.
  static func output(_ choice: ColorChoice) -> Terminal { Terminal(STDOUT_FILENO, choice) }

  /// Looks at standard error.
  static func messages(_ choice: ColorChoice) -> Terminal { Terminal(STDERR_FILENO, choice) }

  private init(_ descriptor: Int32, _ choice: ColorChoice) {
    let environment = ProcessInfo.processInfo.environment
    let isDumb = environment["TERM"] == "dumb"
    isInteractive = isatty(descriptor) == 1 && !isDumb
    usesColor =
      switch choice {
      case .always: true
      case .never: false
      // https://no-color.org: set and not empty.
      case .auto: isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
      }
    var size = winsize()
    let columns = environment["COLUMNS"].flatMap { Int($0) }
    width =
      if isInteractive, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
        Int(size.ws_col)
      } else {
        min(max(columns ?? 80, 40), 1000)
      }
  }

  /// A style of text.
  enum Style: String {
    case bold = "1"
    case dim = "2"
    case source = "36"
  }

  /// Puts a style around a text, where the stream shows styles.
  func styled(_ text: String, _ style: Style) -> String {
    usesColor && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Breaks a text into lines that fit, each with an indent.
  func wrapped(_ text: String, indent: Int = 0) -> String {
    let room = max(20, min(width, 100) - indent)
    let margin = String(repeating: " ", count: indent)
    return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
      Self.lines(of: paragraph, width: room)
    }
    .map { $0.isEmpty ? "" : margin + $0 }.joined(separator: "\n")
  }

  private static func lines(of paragraph: Substring, width: Int) -> [String] {
    guard columns(of: paragraph) > width else { return [String(paragraph)] }
    var lines: [String] = []
    var line = ""
    var used = 0
    for word in paragraph.split(separator: " ") {
      let needed = columns(of: word)
      if used > 0, used + 1 + needed > width {
        lines.append(line)
        line = ""
        used = 0
      }
      line += used > 0 ? " " + word : String(word)
      used += used > 0 ? 1 + needed : needed
    }
    return used > 0 ? lines + [line] : lines
  }

  /// Columns that a text takes: two for wide characters of East Asia.
  static func columns(of text: some StringProtocol) -> Int {
    text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar.value {
      case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: sum
      case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        sum + 2
      default: sum + 1
      }
    }
  }
}
