import Foundation
import RAGCore

/// Reads the files of a test set line by line.
enum JSONLines {
  /// One line of `corpus.jsonl` or `queries.jsonl`.
  struct Record: Decodable {
    var id: String
    var title: String?
    var text: String

    private enum CodingKeys: String, CodingKey {
      case id, title, text
      case underscoredID = "_id"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      let key: CodingKeys = container.contains(.underscoredID) ? .underscoredID : .id
      if let number = try? container.decode(Int.self, forKey: key) {
        id = String(number)
      } else {
        id = try container.decode(String.self, forKey: key)
      }
      title = try container.decodeIfPresent(String.self, forKey: .title)
      text = try container.decode(String.self, forKey: .text)
    }
  }

  /// The records of a file, each id once.
  static func records(_ file: URL) throws -> [Record] {
    let decoder = JSONDecoder()
    var seen = Set<String>()
    var records: [Record] = []
    try forEachLine(of: file) { line, number in
      let record: Record
      do {
        record = try decoder.decode(Record.self, from: line)
      } catch {
        throw RAGError(
          .invalidInput,
          "line \(number) is not a JSON object with `_id` or `id`, and `text`", path: file.path)
      }
      guard seen.insert(record.id).inserted else {
        throw RAGError(
          .invalidInput, "line \(number) repeats the id `\(record.id)`", path: file.path)
      }
      records.append(record)
    }
    return records
  }

  /// Calls `body` with each line that is not blank and its number from 1.
  static func forEachLine(of file: URL, _ body: (Data, Int) throws -> Void) throws {
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw RAGError(.notFound, "the file does not exist", path: file.path)
    }
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw RAGError(.io, "the file cannot be read", path: file.path, cause: error)
    }
    var number = 0
    for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
      if !isBlank { try body(line.last == 0x0D ? line.dropLast() : line, number) }
    }
  }
}
