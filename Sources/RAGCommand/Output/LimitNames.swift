import ArgumentParser

/// Errors of the library name its limits (`Limits.sqlDuration`); this puts the option in their
/// place that the command has for them.
enum LimitNames {
  /// Options of `rag sql` alone.
  private static let ofSQL = [
    "sqlDuration": "--query-timeout", "sqlByteCount": "--rows", "sqlRowCount": "--rows",
  ]
  private static let ofAll = [
    "answerTokenCount": "--answer-tokens", "commandDuration": "--model-timeout",
    "totalTimeout": "--model-timeout", "contextTokenCount": "--context-tokens",
    "reservedAnswerTokenCount": "--answer-tokens",
  ]

  /// The message of an error of a command. Limits that no option sets are not named.
  static func replaced(in message: String, command: String?) -> String {
    func option(_ field: Substring) -> String? {
      (command == SQLCommand.configuration.commandName ? ofSQL[String(field)] : nil)
        ?? ofAll[String(field)]
    }
    return
      message
      .replacing(
        #/
        \ \((?:Limits|HTTPOptions|GenerationOptions|ModelBackend|SQLAnswerer)
        \.(\w+)\)
        /#
      ) { match in
        option(match.1).map { " (\($0))" } ?? ""
      }
      .replacing(/\b(?:Limits|HTTPOptions|GenerationOptions)\.(\w+)/) { match in
        option(match.1) ?? "the limit"
      }
  }
}
