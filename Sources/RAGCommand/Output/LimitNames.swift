import ArgumentParser

/// Errors of the library name its limits (`Limits.sqlDuration`) and settings; this puts the option in their
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
    let name =
      #/
      (\ \()?\b
      (?:Limits|HTTPOptions|GenerationOptions|ModelBackend|PromptComposer|SQLAnswerer)
      \.(\w+)(\))?
      /#
    return message.replacing(name) { match in
      let option = option(match.2)
      let (opening, closing) = (match.1 ?? "", match.3 ?? "")
      if option == nil, !opening.isEmpty, !closing.isEmpty { return "" }
      return opening + (option ?? "the limit") + closing
    }
  }
}
