import CSQLite

/// `instr`, `replace` and the `trim`s. SQLite's own take a time of the product of their texts'
/// lengths, hours for two of a megabyte, within one instruction, in which nothing can stop them;
/// these give the same in a time of the sum.
enum LinearFunctions {
  private typealias Values = UnsafeMutablePointer<OpaquePointer?>

  /// Puts them in the place of SQLite's.
  static func register(in database: OpaquePointer) -> Bool {
    let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
    func register(
      _ name: String, _ counts: [CInt],
      _ function: @convention(c) (OpaquePointer?, CInt, Values?) -> Void
    ) -> Bool {
      counts.allSatisfy {
        sqlite3_create_function_v2(database, name, $0, flags, nil, function, nil, nil, nil)
          == SQLITE_OK
      }
    }
    return register("instr", [2]) { context, _, values in
      guard let context, let values else { return }
      LinearFunctions.instr(context, values)
    }
      && register("replace", [3]) { context, _, values in
        guard let context, let values else { return }
        LinearFunctions.replace(context, values)
      }
      && register("trim", [1, 2]) { context, count, values in
        guard let context, let values else { return }
        LinearFunctions.trim(context, count, values, left: true, right: true)
      }
      && register("ltrim", [1, 2]) { context, count, values in
        guard let context, let values else { return }
        LinearFunctions.trim(context, count, values, left: true, right: false)
      }
      && register("rtrim", [1, 2]) { context, count, values in
        guard let context, let values else { return }
        LinearFunctions.trim(context, count, values, left: false, right: true)
      }
  }

  /// The characters before the first place where the second value stands in the first, and one; 0
  /// where it does not. Of two blobs, bytes are counted.
  private static func instr(_ context: OpaquePointer, _ values: Values) {
    let areBlobs = (0..<2).allSatisfy { sqlite3_value_type(values[$0]) == SQLITE_BLOB }
    guard let text = bytes(values[0], asBlob: areBlobs),
      let part = bytes(values[1], asBlob: areBlobs)
    else { return sqlite3_result_null(context) }
    guard let place = text.firstPlace(of: part, from: 0) else {
      return sqlite3_result_int(context, 0)
    }
    let count = areBlobs ? place : text[..<place].count { $0 & 0xC0 != 0x80 }
    sqlite3_result_int64(context, Int64(count) + 1)
  }

  /// The first value with the third in every place of the second.
  private static func replace(_ context: OpaquePointer, _ values: Values) {
    guard let text = bytes(values[0]), let part = bytes(values[1]) else {
      return sqlite3_result_null(context)
    }
    guard part.first ?? 0 != 0 else { return sqlite3_result_value(context, values[0]) }
    guard let new = bytes(values[2]) else { return sqlite3_result_null(context) }
    let limit = Int(sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1))
    var result: [UInt8] = []
    var position = 0
    while let place = text.firstPlace(of: part, from: position) {
      result += text[position..<place]
      result += new
      position = place + part.count
      guard result.count <= limit else { return sqlite3_result_error_toobig(context) }
    }
    result += text[position...]
    result.withUnsafeBytes { give($0, to: context) }
  }

  /// The first value without the characters of the second, or blanks, at its ends.
  private static func trim(
    _ context: OpaquePointer, _ count: CInt, _ values: Values, left: Bool, right: Bool
  ) {
    guard let text = bytes(values[0]) else { return sqlite3_result_null(context) }
    var characters: Set<UInt64> = [UInt64(UInt8(ascii: " "))]
    if count == 2 {
      guard let set = bytes(values[1]) else { return sqlite3_result_null(context) }
      characters = []
      var start = 0
      // SQLite reads the set up to a NUL.
      while start < set.count, set[start] != 0 {
        let end = set.characterEnd(after: start)
        characters.insert(set.character(in: start..<end))
        start = end
      }
    }
    var (start, end) = (0, text.count)
    while left, start < end {
      let next = text.characterEnd(after: start)
      guard characters.contains(text.character(in: start..<next)) else { break }
      start = next
    }
    while right, start < end {
      let previous = text.characterStart(before: end)
      guard previous >= start, characters.contains(text.character(in: previous..<end)) else {
        break
      }
      end = previous
    }
    give(UnsafeRawBufferPointer(rebasing: text[start..<end]), to: context)
  }

  // MARK: Values

  /// The bytes of a value, which it keeps; nil of NULL.
  private static func bytes(
    _ value: OpaquePointer?, asBlob: Bool = false
  ) -> UnsafeRawBufferPointer? {
    guard sqlite3_value_type(value) != SQLITE_NULL else { return nil }
    let start =
      asBlob ? sqlite3_value_blob(value) : sqlite3_value_text(value).map(UnsafeRawPointer.init)
    return UnsafeRawBufferPointer(
      start: start, count: start == nil ? 0 : Int(sqlite3_value_bytes(value)))
  }

  private static func give(_ text: UnsafeRawBufferPointer, to context: OpaquePointer) {
    // SQLITE_TRANSIENT, which C spells as a cast: the bytes are copied.
    let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    let start = text.baseAddress?.assumingMemoryBound(to: CChar.self)
    guard let start else { return sqlite3_result_text(context, "", 0, copies) }
    sqlite3_result_text(context, start, CInt(text.count), copies)
  }
}

extension UnsafeRawBufferPointer {
  /// The first place of other bytes at or behind an offset.
  fileprivate func firstPlace(of part: UnsafeRawBufferPointer, from offset: Int) -> Int? {
    guard let base = part.baseAddress, !part.isEmpty else { return offset }
    guard let start = baseAddress,
      let found = rag_first_place(start + offset, count - offset, base, part.count)
    else { return nil }
    return found - start
  }

  /// The end of the character at an offset: a byte, and after one that begins a longer character
  /// all that go on with it.
  fileprivate func characterEnd(after start: Int) -> Int {
    var end = start + 1
    if self[start] >= 0xC0 { while end < count, self[end] & 0xC0 == 0x80 { end += 1 } }
    return end
  }

  fileprivate func characterStart(before end: Int) -> Int {
    var start = end - 1
    while start > 0, self[start] & 0xC0 == 0x80, end - start < 8 { start -= 1 }
    return start
  }

  /// The bytes of a character as a number.
  fileprivate func character(in range: Range<Int>) -> UInt64 {
    self[range].prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
