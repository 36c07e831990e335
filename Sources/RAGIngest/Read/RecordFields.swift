import RAGCore

/// The fields of a record that are more than metadata.
struct RecordFields: Sendable {
  static let title = "title"

  let text: String
  let id: String

  /// Makes a record of its fields.
  /// - Throws: ``RecordFault``.
  func record(from fields: [String: JSONValue], line: Int) throws -> RecordReader.Record {
    var fields = fields
    guard let value = fields.removeValue(forKey: self.text) else {
      throw RecordFault(reason: "has no field '\(self.text)'")
    }
    guard case .string(let text) = value else {
      throw RecordFault(reason: "the field '\(self.text)' is not a string")
    }
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw RecordFault(reason: "the field '\(self.text)' is empty")
    }
    let id = try id(
      from: id == self.text ? .string(text) : fields.removeValue(forKey: self.id), line)
    guard !id.utf8.contains(0) else {
      throw RecordFault(reason: "has an id with a NUL character")
    }
    var title: String?
    if case .string(let value)? = fields[Self.title] {
      title = value
      fields[Self.title] = nil
    }
    var metadata: Metadata = [:]
    for (name, value) in fields.inOrder { try value.add(to: &metadata, name: name) }
    return RecordReader.Record(id: id, text: text, title: title, metadata: metadata, line: line)
  }

  private func id(from value: JSONValue?, _ line: Int) throws -> String {
    switch value {
    case nil, .null, .string(""): return String(line)
    case .string(let text): return text
    case .integer(let number): return String(number)
    case .number(let number): return "\(number)"
    default: throw RecordFault(reason: "the field '\(id)' is neither a string nor a number")
    }
  }
}

extension JSONValue {
  /// Reads one object.
  /// - Throws: ``RecordFault``.
  static func object(in bytes: ArraySlice<UInt8>) throws -> [String: JSONValue] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw RecordFault(reason: "is not valid UTF-8")
    }
    do {
      guard case .object(let fields) = try JSONValue(json: text) else {
        throw RecordFault(reason: "is not a JSON object")
      }
      return fields
    } catch let error as JSONReader.SyntaxError {
      throw RecordFault(reason: "is \(error)")
    }
  }

  /// Lists and objects within each other.
  private static let depthLimit = 32
  /// Bytes of the names of an object's fields, joined.
  private static let nameByteCount = 1_024

  /// Adds the value to metadata: objects field by field, nothing for null.
  /// - Throws: ``RecordFault``.
  func add(to metadata: inout Metadata, name: String) throws {
    try add(to: &metadata, name: name, depth: 0)
  }

  private func add(to metadata: inout Metadata, name: String, depth: Int) throws {
    if case .object(let fields) = self {
      guard depth < Self.depthLimit, name.utf8.count <= Self.nameByteCount else {
        throw RecordFault(
          reason:
            "has fields within each other, more than \(Self.depthLimit) deep or of names that "
            + "have more than \(Self.nameByteCount) bytes together")
      }
      for (inner, value) in fields.inOrder {
        try value.add(to: &metadata, name: "\(name).\(inner)", depth: depth + 1)
      }
    } else if let value = try metadataValue(depth: depth) {
      metadata[name] = value
    }
  }

  private func metadataValue(depth: Int) throws -> MetadataValue? {
    guard depth < Self.depthLimit else {
      throw RecordFault(reason: "has lists more than \(Self.depthLimit) deep")
    }
    return switch self {
    case .null: nil
    case .bool(let value): .bool(value)
    case .integer(let value): MetadataValue(wholeNumber: Int64(value))
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    case .array(let values): .list(try values.compactMap { try $0.metadataValue(depth: depth + 1) })
    // An object in a list has no name of its own.
    case .object(let fields):
      .list(
        try fields.inOrder.compactMap {
          try $0.value.metadataValue(depth: depth + 1)
        })
    }
  }
}

extension [String: JSONValue] {
  /// The fields by their names: of two whose joined names are the same, the same one stays each time.
  fileprivate var inOrder: [(key: String, value: JSONValue)] { sorted { $0.key < $1.key } }
}
