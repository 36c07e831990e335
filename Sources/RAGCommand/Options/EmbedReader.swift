import Foundation
import RAG

/// One text to embed.
struct EmbedItem: Decodable {
  /// The id, as the line has it.
  enum ID: Codable {
    case integer(Int)
    case string(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      self =
        if let value = try? container.decode(Int.self) {
          .integer(value)
        } else {
          .string(try container.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .integer(let value): try container.encode(value)
      case .string(let value): try container.encode(value)
      }
    }
  }

  var id: ID
  var text: String

  /// The line of a finite vector: each element in its shortest exact decimal form.
  func line(_ vector: [Float]) throws -> String {
    let elements = vector.map(\.description).joined(separator: ",")
    let id = String(decoding: try JSONEncoder().encode([id]), as: UTF8.self).dropFirst().dropLast()
    return "{\"embedding\":[\(elements)],\"id\":\(id)}\n"
  }
}

/// Reads JSON lines of texts in batches that bound memory.
struct EmbedReader {
  private static let batchCount = 256
  private static let batchByteCount = 1 << 20

  private let tokenCounter: any TokenCounter
  private let maximumTokenCount: Int
  private var input: LineReader
  private var lineNumber = 0
  private var cutCount = 0
  private var firstCutLine = 0

  init(_ encoder: any Embedder) throws {
    input = try LineReader(nil)
    tokenCounter = encoder.tokenCounter
    maximumTokenCount = encoder.maximumTokenCount
  }

  /// The next texts, at least one; nil after the last.
  /// - Throws: ``RAGError`` of code `invalidInput` that names the line.
  mutating func next() async throws -> [EmbedItem]? {
    var items: [EmbedItem] = []
    var byteCount = 0
    while items.count < Self.batchCount, byteCount < Self.batchByteCount,
      let line = try await input.next()
    {
      lineNumber += 1
      if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
      guard let item = try? JSONDecoder().decode(EmbedItem.self, from: Data(line)) else {
        throw RAGError(
          .invalidInput,
          "line \(lineNumber) is not an object with an 'id' (text or integer) and a 'text'")
      }
      if tokenCounter.tokenCount(of: item.text) > maximumTokenCount {
        if cutCount == 0 { firstCutLine = lineNumber }
        cutCount += 1
      }
      byteCount += line.count
      items.append(item)
    }
    return items.isEmpty ? nil : items
  }

  /// What was not embedded as a whole; nil when everything was.
  var warning: String? {
    guard cutCount > 0 else { return nil }
    return "\(Figures.count(cutCount, "text")) had more than the \(maximumTokenCount) tokens that "
      + "the model takes and were cut, the first on line \(firstCutLine)"
  }
}
