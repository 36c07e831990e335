import CSQLite

/// Reads the row that a statement stands on.
enum StatementReader {
  static func columns(_ statement: OpaquePointer) -> [String] {
    (0..<sqlite3_column_count(statement)).map { column in
      sqlite3_column_name(statement, column).map(String.init(cString:)) ?? ""
    }
  }

  static func value(_ statement: OpaquePointer, _ column: Int32) -> SQLValue {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
    case SQLITE_TEXT:
      // The text is fetched before its size, as it may be converted first.
      let start = sqlite3_column_text(statement, column)
      let count = Int(sqlite3_column_bytes(statement, column))
      return .text(
        String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
    case SQLITE_BLOB:
      let start = sqlite3_column_blob(statement, column)
      let count = Int(sqlite3_column_bytes(statement, column))
      return .blob(Array(UnsafeRawBufferPointer(start: start, count: count)))
    default: return .null
    }
  }

  /// Bytes that the values of the row take; numbers count eight.
  static func byteCount(_ statement: OpaquePointer) -> Int {
    (0..<sqlite3_column_count(statement)).reduce(0) { sum, column in
      switch sqlite3_column_type(statement, column) {
      case SQLITE_TEXT:
        _ = sqlite3_column_text(statement, column)
        return sum + Int(sqlite3_column_bytes(statement, column))
      case SQLITE_BLOB: return sum + Int(sqlite3_column_bytes(statement, column))
      default: return sum + 8
      }
    }
  }
}
