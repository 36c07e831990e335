import Foundation

/// JSON as the program writes it: keys sorted, slashes plain.
enum JSON {
  /// One object a line, for events and records.
  static func line(_ value: some Encodable) throws -> String {
    try encoded(value, []) + "\n"
  }

  /// A whole document, indented.
  static func document(_ value: some Encodable) throws -> String {
    try encoded(value, .prettyPrinted) + "\n"
  }

  private static func encoded(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, formatting]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
