import ArgumentParser
import Foundation
import RAG

/// `--meta field=value`
struct MetadataArgument: ExpressibleByArgument {
  let field: String
  let value: MetadataValue

  /// `year=2026` is a number as in JSON, `draft=true` a Boolean, anything else text, such as
  /// `zip=02134`; quotes make text of those too (`version="1.10"`).
  init?(argument: String) {
    guard let separator = argument.firstIndex(of: "="), separator != argument.startIndex else {
      return nil
    }
    field = String(argument[..<separator])
    let text = String(argument[argument.index(after: separator)...])
    value =
      if text.wholeMatch(of: #/-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/#) != nil,
        let number = Double(text), number.isFinite
      {
        Int64(text).map(MetadataValue.init(wholeNumber:)) ?? .number(number)
      } else if let truth = Bool(text) {
        .bool(truth)
      } else if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
        .string(String(text.dropFirst().dropLast()))
      } else {
        .string(text)
      }
  }
}
