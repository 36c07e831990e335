import ArgumentParser

/// How a command speaks.
struct OutputOptions: ParsableArguments {
  @Flag(name: .long, help: "Write JSON, with keys that stay.")
  var json = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Use colour: auto, always or never (default: RAG_COLOR, or auto).", valueName: "when"))
  var color: ColorChoice?

  /// When to use colour.
  func colorChoice() throws -> ColorChoice {
    try color ?? Setting.color.choice(ColorChoice.self) ?? .auto
  }

  /// What standard output can show.
  func output() throws -> Terminal { Terminal.output(try colorChoice()) }

  /// What standard error can show.
  func messages() throws -> Terminal { Terminal.messages(try colorChoice()) }
}
