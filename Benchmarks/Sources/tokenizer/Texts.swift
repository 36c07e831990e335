import Foundation

/// The texts on standard input.
func readTexts() throws -> [String] {
  let decoder = JSONDecoder()
  return try FileHandle.standardInput.readDataToEndOfFile()
    .split(separator: UInt8(ascii: "\n"))
    .map { try decoder.decode(String.self, from: Data($0)) }
}
