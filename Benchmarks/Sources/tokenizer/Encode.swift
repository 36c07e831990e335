import ArgumentParser
import Foundation
import RAGEmbed

/// Prints the tokens of each text and their byte ranges.
struct Encode: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints a line for each text: tokens, starts and ends as three JSON arrays.")

  @Option(help: "The encoder's directory.") var encoder: String

  func run() throws {
    let tokenizer = try WordPieceTokenizer(directory: encoder)
    var lines = ""
    for text in try readTexts() {
      let encoding = tokenizer.encode(text)
      let starts = encoding.ranges.map(\.lowerBound)
      lines += "[\(encoding.tokens), \(starts), \(encoding.ranges.map(\.upperBound))]\n"
    }
    FileHandle.standardOutput.write(Data(lines.utf8))
  }
}
