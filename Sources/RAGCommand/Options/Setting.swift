import Foundation
import RAG

/// A flag that may also be given by environment (`RAG_MODEL_COMMAND`) or configuration file
/// (`"model-command"`). The raw value is the flag's name.
enum Setting: String, CaseIterable {
  case index
  case encoder
  case dimensions
  case precision
  case queryPrefix = "query-prefix"
  case passagePrefix = "passage-prefix"
  case reranker
  case mode
  case modelCommand = "model-command"
  case modelURL = "model-url"
  case model
  case modelAPI = "model-api"
  case modelKeyFile = "model-key-file"
  case tokenizer
  case color

  /// What the setting is where nobody set it in a flag: the variable, then the file, then nil.
  /// An empty variable counts as unset.
  /// - Throws: ``RAGError`` of code `invalidInput` for a file that is not right, or `io`.
  func value() throws -> String? {
    if let value = ProcessInfo.processInfo.environment[variable], !value.isEmpty { return value }
    return try Configuration.read()[self]
  }

  /// The value as one of the cases of a type; nil where the setting is not set.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type
  ) throws -> Choice? where Choice.RawValue == String {
    guard let value = try value() else { return nil }
    guard let choice = Choice(rawValue: value) else {
      let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw RAGError(
        .invalidInput,
        "the setting '\(rawValue)' (\(variable)) is '\(value)'; it is one of \(choices)")
    }
    return choice
  }

  /// The value as a number above 0; nil where the setting is not set.
  func count() throws -> Int? {
    guard let value = try value() else { return nil }
    guard let count = Int(value), count > 0 else {
      throw RAGError(
        .invalidInput,
        "the setting '\(rawValue)' (\(variable)) is '\(value)'; it is a number above 0")
    }
    return count
  }

  private var variable: String {
    "RAG_" + rawValue.uppercased().replacingOccurrences(of: "-", with: "_")
  }
}

/// The user's configuration file.
enum Configuration {
  /// `$XDG_CONFIG_HOME/rag/config.json`, `~/.config` by default.
  static var path: String {
    let environment = ProcessInfo.processInfo.environment
    // The XDG specification says that a relative path counts as unset.
    let named = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    // Foundation's own idea of a home directory does not follow HOME.
    let home = environment["HOME"] ?? NSHomeDirectory()
    return (named ?? home + "/.config") + "/rag/config.json"
  }

  /// What the file sets; nothing where there is no file.
  static func read() throws -> [Setting: String] {
    guard let data = FileManager.default.contents(atPath: path) else {
      guard FileManager.default.fileExists(atPath: path) else { return [:] }
      throw RAGError(.io, "cannot be read; check its permissions", path: path)
    }
    let members: [String: String]
    do {
      members = try JSONDecoder().decode([String: String].self, from: data)
    } catch {
      throw RAGError(
        .invalidInput, "is not a JSON object of strings, such as {\"index\": \"/home/me/.rag\"}",
        path: path)
    }
    var settings: [Setting: String] = [:]
    for (name, value) in members {
      guard let setting = Setting(rawValue: name) else {
        let known = Setting.allCases.map(\.rawValue).joined(separator: ", ")
        throw RAGError(
          .invalidInput, "there is no setting '\(name)'; there are \(known)", path: path)
      }
      settings[setting] = value
    }
    return settings
  }
}
