import RAGCore

/// The rows of a CSV file, after RFC 4180; lines end at LF, CR or CRLF.
struct CSVScanner: Sendable {
  struct Row {
    /// The line at which the row starts, from 1.
    var line: Int
    var fields: [String]
    /// Why the row cannot be used.
    var fault: String?
  }

  private let bytes: [UInt8]
  private(set) var position: Int
  private var line = 1
  /// A misplaced quote swallows lines; the scanner goes back to the one after the quote, but not for
  /// ever, or a hostile file would take quadratic time.
  private var returnsLeft = 16

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next row that is not blank; nil at the end.
  mutating func next() -> Row? {
    while position < bytes.count {
      let start = (position, line)
      var row = Row(line: line, fields: [])
      scan(&row)
      if row.fault != nil, line > start.1 + 1 || position >= bytes.count, returnsLeft > 0 {
        returnsLeft -= 1
        (position, line) = start
        skipLine()
      }
      if row.fault != nil || row.fields != [""] { return row }
    }
    return nil
  }

  private mutating func scan(_ row: inout Row) {
    while true {
      let isQuoted = byte == 0x22
      let field = isQuoted ? quotedField() : plainField()
      guard let field else {
        row.fault = "opens a quote that never ends"
        return
      }
      if let text = String(validating: field, as: UTF8.self) {
        row.fields.append(text)
      } else {
        row.fault = row.fault ?? "is not valid UTF-8"
        row.fields.append("")
      }
      switch byte {
      case 0x2C: position += 1
      case nil: return
      case 0x0A, 0x0D:
        skipLine()
        return
      default:
        row.fault = "has text after the quotes of field \(row.fields.count)"
        skipLine()
        return
      }
    }
  }

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func plainField() -> [UInt8] {
    let start = position
    while let byte, byte != 0x2C, byte != 0x0A, byte != 0x0D { position += 1 }
    return Array(bytes[start..<position])
  }

  /// The field without its quotes; nil when they never end.
  private mutating func quotedField() -> [UInt8]? {
    var field: [UInt8] = []
    position += 1
    while let byte {
      let next = position + 1 < bytes.count ? bytes[position + 1] : 0
      position += 1
      if byte == 0x22 {
        guard next == 0x22 else { return field }
        position += 1
      } else if byte == 0x0A || (byte == 0x0D && next != 0x0A) {
        line += 1
      }
      field.append(byte)
    }
    return nil
  }

  /// Moves behind the next line end.
  private mutating func skipLine() {
    while let byte, byte != 0x0A, byte != 0x0D { position += 1 }
    if byte == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A { position += 1 }
    position += 1
    line += 1
  }
}

/// The first row of a CSV file, which names the columns.
struct CSVHeader: Sendable {
  private let names: [String]
  /// The columns whose values stay text, whatever they look like.
  private let textNames: Set<String>
  /// What stands after the header.
  let rest: CSVScanner

  /// - Throws: ``RAGError`` of code `invalidInput` when there is no column for the text.
  init(in bytes: [UInt8], fields: RecordFields) throws {
    var scanner = CSVScanner(bytes)
    let row = scanner.next()
    if let fault = row?.fault { throw RAGError(.invalidInput, "the CSV header \(fault)") }
    names = row?.fields ?? []
    textNames = [fields.text, fields.id, RecordFields.title]
    rest = scanner
    guard names.contains(fields.text) else {
      let known = names.isEmpty ? "none" : String(names.joined(separator: ", ").prefix(500))
      throw RAGError(
        .invalidInput,
        "the CSV header has no column '\(fields.text)'; its columns are: \(known); name one with "
          + "--text-field")
    }
  }

  /// The fields of a row by column. Empty ones are absent, those written as JSON writes numbers are
  /// numbers, and those of several columns of one name are a list.
  /// - Throws: ``RecordFault``.
  func fields(of row: CSVScanner.Row) throws -> [String: JSONValue] {
    if let fault = row.fault { throw RecordFault(reason: fault) }
    guard row.fields.count == names.count else {
      throw RecordFault(
        reason: "has \(row.fields.count) fields where the header has \(names.count)")
    }
    var fields: [String: [JSONValue]] = [:]
    for (name, text) in zip(names, row.fields) where !text.isEmpty {
      fields[name, default: []].append(
        textNames.contains(name) ? .string(text) : Self.value(text))
    }
    return fields.mapValues { $0.count == 1 ? $0[0] : .array($0) }
  }

  private static func value(_ text: String) -> JSONValue {
    guard let number = number(text) else { return .string(text) }
    return Int(text).map(JSONValue.integer) ?? .number(number)
  }

  /// A number as JSON writes it; `007`, `+1`, `0x10`, `.5` and `nan` are text.
  private static func number(_ text: String) -> Double? {
    let digits = text.hasPrefix("-") ? text.utf8.dropFirst() : text.utf8[...]
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { 0x30...0x39 ~= $0 } ?? false }
    guard isDigit(digits.first), isDigit(digits.last),
      digits.first != 0x30 || !isDigit(digits.dropFirst().first),
      digits.allSatisfy({ isDigit($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) })
    else { return nil }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }
}
