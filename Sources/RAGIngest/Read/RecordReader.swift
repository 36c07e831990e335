import Foundation
public import RAGCore

/// Reads the records of a JSON Lines or CSV file, each of them a document of its own.
///
/// Faulty records are given as skips with their line, and the others go on. Iterating holds one
/// record at a time, beside the bytes and the ids seen so far.
public struct RecordReader: Sequence, Sendable {
  /// How records are written.
  public enum Format: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case jsonl
    /// RFC 4180: comma-separated, with a header, quotes where needed.
    case csv
  }

  /// One record.
  public struct Record: Sendable, Hashable {
    /// The value of the id field; the line number where there is none.
    public let id: String
    /// The value of the text field; not blank.
    public let text: String
    /// The value of the field `title`.
    public let title: String?
    /// The other fields; those of nested objects by their path (`author.name`).
    public let metadata: Metadata
    /// The line at which the record starts, from 1.
    public let line: Int
  }

  /// A record or a skip.
  public enum Entry: Sendable, Hashable {
    /// A record to ingest.
    case record(Record)
    /// A faulty record, and what is wrong with it.
    case skipped(line: Int, reason: String)
  }

  /// What was repaired or replaced to read the bytes in their encoding, in words for the user.
  public let warnings: [String]
  /// UTF-8.
  private let bytes: [UInt8]
  private let format: Format
  private let fields: RecordFields

  /// Reads the records in `bytes`, which are in an encoding that is named, or UTF-8, with or without
  /// a byte-order mark.
  /// - Throws: ``RAGError``: `invalidInput` when a CSV header has no column `textField`, for an
  ///   unknown encoding, or one that the bytes are not in; `unsupported` when this system lacks a
  ///   converter.
  public init(
    _ bytes: [UInt8], format: Format, textField: String = "text", idField: String = "id",
    encoding: String? = nil
  ) throws {
    let decoded = try encoding.map {
      try SourceDecoder().decode(bytes, declared: $0, isHTML: false)
    }
    let bytes = decoded?.source.bytes ?? bytes
    warnings = decoded?.warnings ?? []
    self.bytes = bytes
    self.format = format
    fields = RecordFields(text: textField, id: idField)
    if format == .csv { _ = try CSVHeader(in: bytes, fields: fields) }
  }

  /// Starts reading.
  public func makeIterator() -> Iterator {
    Iterator(bytes: bytes, format: format, fields: fields)
  }

  /// One pass over the records.
  public struct Iterator: IteratorProtocol {
    private enum Lines {
      case jsonl(JSONLines)
      case csv(CSVScanner, CSVHeader)
      case none
    }

    private var lines: Lines
    private let fields: RecordFields
    private let byteCount: Int
    /// Where each id was first used, by its bytes: two ids may mean the same characters.
    private var linesByID: [[UInt8]: Int] = [:]

    init(bytes: [UInt8], format: Format, fields: RecordFields) {
      self.fields = fields
      byteCount = bytes.count
      switch format {
      case .jsonl: lines = .jsonl(JSONLines(bytes))
      case .csv:
        // The reader was made, so the header is there and good.
        let header = try? CSVHeader(in: bytes, fields: fields)
        lines = header.map { .csv($0.rest, $0) } ?? .none
      }
    }

    /// The next record or skip; nil at the end.
    public mutating func next() -> Entry? {
      guard let (line, result) = nextFields() else { return nil }
      do {
        let record = try fields.record(from: result.get(), line: line)
        if let first = linesByID[Array(record.id.utf8)] {
          throw RecordFault(reason: "has the id '\(record.id)' of line \(first)")
        }
        linesByID[Array(record.id.utf8)] = line
        return .record(record)
      } catch {
        return .skipped(line: line, reason: (error as? RecordFault)?.reason ?? "\(error)")
      }
    }

    /// How much of the bytes is read, from 0 to 1.
    package var share: Double {
      let position =
        switch lines {
        case .jsonl(let scanner): scanner.position
        case .csv(let scanner, _): scanner.position
        case .none: byteCount
        }
      return position < byteCount ? Double(position) / Double(byteCount) : 1
    }

    private mutating func nextFields() -> (Int, Result<[String: JSONValue], any Error>)? {
      switch lines {
      case .jsonl(var scanner):
        lines = .none
        defer { lines = .jsonl(scanner) }
        guard let (line, bytes) = scanner.next() else { return nil }
        return (line, Result { try JSONValue.object(in: bytes) })
      case .csv(var scanner, let header):
        lines = .none
        defer { lines = .csv(scanner, header) }
        guard let row = scanner.next() else { return nil }
        return (row.line, Result { try header.fields(of: row) })
      case .none: return nil
      }
    }
  }
}

/// What is wrong with one record.
struct RecordFault: Error {
  let reason: String
}

/// The lines of a JSON Lines file that are not blank.
struct JSONLines {
  private let bytes: [UInt8]
  private(set) var position: Int
  private var line = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  mutating func next() -> (line: Int, bytes: ArraySlice<UInt8>)? {
    while position < bytes.count {
      let end = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
      let text = bytes[position..<end]
      position = end + 1
      line += 1
      if text.contains(where: { $0 > 0x20 }) { return (line, text) }
    }
    return nil
  }
}
