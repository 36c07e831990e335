public import RAGCore

/// A command that turns files of some kind into text, such as `.pdf=pdftotext {} -`.
///
/// The command gets the file's path wherever its words say `{}`, or else the file on its standard
/// input, and writes text on its standard output. It is run as it is, never by a shell.
public struct Converter: Sendable, Hashable, CustomStringConvertible {
  /// What the converter was read from.
  public let description: String
  /// The endings of the names of files that the command is for, with their dots, in small letters.
  public let suffixes: [String]
  private let words: [String]

  /// Reads `.pdf=pdftotext {} -`; several endings are parted by commas.
  ///
  /// The words of the command are split as a shell splits them, quotes and backslashes included.
  /// - Throws: ``RAGError`` of code `invalidInput` for anything else.
  public init(parsing text: String) throws {
    description = text
    guard let separator = text.firstIndex(of: "=") else { throw Self.malformed }
    suffixes = text[..<separator].split(separator: ",", omittingEmptySubsequences: false).map {
      $0.filter { !$0.isWhitespace }.lowercased()
    }
    guard suffixes.allSatisfy({ $0.hasPrefix(".") && $0.count > 1 && !$0.contains("/") }) else {
      throw Self.malformed
    }
    words = try CommandLineArguments(parsing: String(text[text.index(after: separator)...])).words
  }

  private static let malformed = RAGError(
    .invalidInput, "a converter is written as '.pdf=pdftotext {} -': an ending, '=', a command")

  /// Whether the command is for a file, by the ending of its name.
  public func converts(path: String) -> Bool {
    let path = path.lowercased()
    return suffixes.contains { path.hasSuffix($0) }
  }

  /// The text that the command makes of a file, as the command writes it.
  ///
  /// `bytes` are the file's contents, for a command that reads its standard input.
  /// - Throws: ``RAGError``: `notFound` when there is no such command; `invalidInput` when it
  ///   fails, with its last word; `limitExceeded` when it runs longer than
  ///   ``Limits/commandDuration`` or writes more than ``Limits/documentByteCount``; `cancelled`
  ///   with the task.
  public func convert(_ bytes: [UInt8], path: String, limits: Limits = .init()) async throws
    -> [UInt8]
  {
    let takesPath = words.contains { $0.contains("{}") }
    let command = Subprocess(
      // A path that begins with a hyphen would be taken for an option.
      words.map { $0.replacing("{}", with: path.hasPrefix("-") ? "./" + path : path) },
      outputByteCount: limits.documentByteCount, outputLimitName: "documentByteCount",
      duration: limits.commandDuration, failureCode: .invalidInput)
    do {
      return try await command.run(stdin: takesPath ? [] : bytes)
    } catch var error as RAGError {
      error.path = path
      throw error
    }
  }
}
