import Foundation
public import RAGCore

extension PromptTemplate: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case name, version, language, system, task, sources, examples, history, question, outputFormat
  }

  /// A key of any name, to find those that are not ours.
  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Reads a template; `name`, `system` and `task` must be there.
  /// - Throws: ``RAGError`` of code `invalidInput` for a field or a placeholder that there is not,
  ///   and what the decoder throws.
  public init(from decoder: any Decoder) throws {
    let known = Set(Key.allCases.map(\.rawValue))
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys
    where !known.contains(key.stringValue) {
      throw RAGError(
        .invalidInput,
        "a template has no field `\(key.stringValue)`; it has "
          + Key.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", "))
    }
    let fields = try decoder.container(keyedBy: Key.self)
    func text(_ key: Key) throws -> String? { try fields.decodeIfPresent(String.self, forKey: key) }
    try self.init(
      name: fields.decode(String.self, forKey: .name),
      version: fields.decodeIfPresent(Int.self, forKey: .version) ?? 1,
      language: fields.decodeIfPresent(PromptLanguage.self, forKey: .language) ?? .english,
      system: fields.decode(String.self, forKey: .system),
      task: fields.decode(String.self, forKey: .task), sources: text(.sources) ?? "",
      examples: text(.examples), history: text(.history), question: text(.question) ?? "",
      outputFormat: text(.outputFormat) ?? "")
  }

  /// Writes every field.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    try fields.encode(name, forKey: .name)
    try fields.encode(version, forKey: .version)
    try fields.encode(language, forKey: .language)
    try fields.encode(system, forKey: .system)
    try fields.encode(task, forKey: .task)
    try fields.encode(sources, forKey: .sources)
    try fields.encode(examples, forKey: .examples)
    try fields.encode(history, forKey: .history)
    try fields.encode(question, forKey: .question)
    try fields.encode(outputFormat, forKey: .outputFormat)
  }

  /// Reads a template from a JSON file.
  /// - Throws: ``RAGError``: `notFound`, `io`, `limitExceeded`, or `invalidInput` with what is
  ///   wrong in the file.
  public static func read(_ path: String, limits: Limits = Limits()) throws -> PromptTemplate {
    let file = try TextFile(path, limits: limits)
    do {
      return try JSONDecoder().decode(PromptTemplate.self, from: file.data)
    } catch {
      throw file.failure(error)
    }
  }
}
