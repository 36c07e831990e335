import RAGCore

/// Whether a log continues the database that it lies beside.
///
/// SQLite plays any whole log back into any database, page by page. After one of the two was put
/// back from a copy, that mixes two states, and no checksum tells. But each commit raises the
/// revision by one, and draws a random name for the state that it makes; both stand on the root page
/// of the table `setting`, with the name of the state before. The first commit of a log follows the
/// database's own, or one that a checkpoint already wrote back into it.
enum LogOrigin {
  static let problem =
    "the log rag.sqlite-wal does not continue the database rag.sqlite beside it: one of them was put "
    + "back from a copy; put the whole copy in the place of the directory, or let 'rag repair' go on "
    + "without the log"

  /// Whether the log of a database was written after another state of it. Needs no lock.
  ///
  /// - Returns: false also where the database or the log does not tell.
  /// - Throws: ``RAGError`` `io`.
  /// - Complexity: O(frames of the log).
  static func isForeign(to database: String) throws -> Bool {
    guard let file = try UncheckedFile(database),
      let log = try UncheckedFile(database, isLog: true)
    else { return false }
    // A writer may be at work: it writes a commit back, and then cuts the log short or begins it anew
    // behind that commit, maybe while it is read here.
    for _ in 0..<8 {
      guard let state = try state(in: file), let start = try start(of: log),
        let logged = try states(in: log, from: start.header)
      else { return false }
      if logged.continues(state) { return false }
      guard try self.state(in: file) == state, try self.start(of: log) == start
      else { continue }
      if logged.contradicts(state) { return true }
      // Where frames are broken, one of them may have held the very commit that was written back.
      guard try LogVerifier.verify(database).damage == nil else { return false }
      // Else all that could not be read was being written.
      if logged.unknownCount == 0 { return true }
    }
    return false
  }

  /// The revision of the state in a database itself, without its log; nil where it does not tell.
  static func revision(of database: String) throws -> Int? {
    guard let file = try UncheckedFile(database) else { return nil }
    return try state(in: file).map { Int($0.revision) }
  }

  /// The highest revision that a whole frame of a database's log tells; nil where none does.
  static func lastRevision(inLogOf database: String) throws -> Int? {
    guard let log = try UncheckedFile(database, isLog: true), let start = try start(of: log) else {
      return nil
    }
    return try states(in: log, from: start.header).map { Int($0.revisions.upperBound) }
  }

  /// What the settings say of a state.
  fileprivate struct State: Equatable {
    var revision: Int64
    /// Nil in databases that earlier builds wrote last.
    var name: Int64?
    var previous: Int64?
  }

  /// The states that the commits of a log made, as far as their frames are whole.
  private struct Logged {
    private var states: [Int64: State]
    private(set) var revisions: ClosedRange<Int64>
    /// Whether no frame before that of the first state is broken.
    private let isFirstKnown: Bool
    /// Frames that could not be read, each of which may have made one more state.
    var unknownCount: Int64 = 0

    init(_ first: State, isFirstKnown: Bool) {
      states = [first.revision: first]
      revisions = first.revision...first.revision
      self.isFirstKnown = isFirstKnown
    }

    mutating func add(_ state: State) {
      states[state.revision] = state
      revisions =
        min(state.revision, revisions.lowerBound)...max(state.revision, revisions.upperBound)
    }

    /// Whether one of the commits made a state, or follows it.
    func continues(_ state: State) -> Bool {
      guard state.name != nil else {
        return revisions.lowerBound - 1...revisions.upperBound ~= state.revision
      }
      return states[state.revision].map { $0.name == state.name }
        ?? states[state.revision + 1].map { $0.previous == state.name } ?? false
    }

    /// Whether the commits tell that a state is another, or nothing that comes after it.
    func contradicts(_ state: State) -> Bool {
      if states[state.revision] != nil || states[state.revision + 1] != nil {
        return !continues(state)
      }
      let (last, isBeyond) = revisions.upperBound.addingReportingOverflow(unknownCount)
      return (!isBeyond && state.revision > last)
        || (isFirstKnown && state.revision < revisions.lowerBound)
    }
  }

  /// The root page of `setting`, the first table that ``Schema/tables`` makes; page 2 is SQLite's.
  static let settingPage: UInt32 = 3

  private static func state(in file: UncheckedFile) throws -> State? {
    try withUnsafeTemporaryAllocation(byteCount: PageChecksum.pageSize, alignment: 8) { page in
      let offset = Int64(settingPage - 1) * Int64(PageChecksum.pageSize)
      guard try file.read(page, at: offset),
        PageChecksum.matches(UnsafeRawBufferPointer(page), number: settingPage)
          || PageChecksum.correct(page, number: settingPage)
      else { return nil }
      return State(page: UnsafeRawBufferPointer(page))
    }
  }

  /// Which log it is, and how long; nil where there is none.
  private static func start(of log: UncheckedFile) throws -> LogStart? {
    try withUnsafeTemporaryAllocation(byteCount: LogHeader.size, alignment: 8) { buffer in
      guard try log.read(buffer, at: 0) else { return nil }
      return LogStart(header: LogHeader(UnsafeRawBufferPointer(buffer)), byteCount: try log.size())
    }
  }

  private struct LogStart: Equatable {
    var header: LogHeader
    var byteCount: Int64
  }

  private static func states(in log: UncheckedFile, from header: LogHeader) throws -> Logged? {
    try withUnsafeTemporaryAllocation(byteCount: LogFrame.size, alignment: 8) { buffer in
      guard header.isValid else { return nil }
      let frameHeader = UnsafeMutableRawBufferPointer(rebasing: buffer[..<LogFrame.headerSize])
      let page = UnsafeRawBufferPointer(rebasing: buffer[LogFrame.headerSize...])
      var logged: Logged?
      var isFirstKnown = true
      var unknownCount: Int64 = 0
      var skippedCount: Int64 = 0
      var sum = header.checksum
      let frameCount = (try log.size() - Int64(LogHeader.size)) / Int64(LogFrame.size)
      for index in 0..<max(0, frameCount) {
        let isRead = try log.read(frameHeader, at: LogFrame.offset(of: index))
        let frame = LogFrame(UnsafeRawBufferPointer(frameHeader))
        // What is left from before, if nothing of this log follows.
        guard isRead, frame.salts == header.salts else {
          skippedCount += 1
          continue
        }
        if skippedCount > 0, logged == nil { isFirstKnown = false }
        unknownCount += skippedCount
        skippedCount = 0
        defer { sum = frame.checksum }
        // Which is the first commit is known only if no frame before its settings is broken.
        guard logged == nil || frame.page == settingPage else { continue }
        guard try log.read(buffer, at: LogFrame.offset(of: index)) else {
          unknownCount += 1
          if logged == nil { isFirstKnown = false }
          continue
        }
        let expected = sum.extended(
          byHeader: UnsafeRawBufferPointer(frameHeader), page: page,
          wordsAreBigEndian: header.wordsAreBigEndian)
        guard frame.checksum == expected else {
          unknownCount += 1
          if logged == nil { isFirstKnown = false }
          continue
        }
        guard frame.page == settingPage else { continue }
        guard let state = State(page: page) else { return nil }
        if logged?.add(state) == nil { logged = Logged(state, isFirstKnown: isFirstKnown) }
      }
      logged?.unknownCount = unknownCount + (log.hasUnreadablePart ? skippedCount : 0)
      return logged
    }
  }
}

extension LogOrigin.State {
  /// Reads a leaf of the table, whose rows are records of name and value; nil where it has no
  /// revision.
  fileprivate init?(page: UnsafeRawBufferPointer) {
    guard page[0] == 0x0A else { return nil }
    var values: [String: Int64] = [:]
    for cell in 0..<page.cellCount {
      guard var offset = page.cellOffset(cell), page.variableInteger(at: &offset) != nil else {
        return nil
      }
      let start = offset
      guard let headerSize = page.variableInteger(at: &offset), 3...100 ~= headerSize,
        let nameType = page.variableInteger(at: &offset), 13...200 ~= nameType,
        let valueType = page.variableInteger(at: &offset)
      else { return nil }
      let name = start + Int(headerSize)
      let value = name + (Int(nameType) - 13) / 2
      guard value <= PageChecksum.contentSize else { return nil }
      values[String(decoding: page[name..<value], as: UTF8.self)] =
        page.integer(ofType: valueType, at: value)
    }
    guard let revision = values["revision"], 0...IndexSettings.highestCount ~= revision else {
      return nil
    }
    self.init(revision: revision, name: values["state"], previous: values["previousState"])
  }
}

extension UnsafeRawBufferPointer {
  /// An integer of one of SQLite's serial types; nil for another, or at the end of the page.
  fileprivate func integer(ofType type: Int64, at offset: Int) -> Int64? {
    let sizes: [Int64: Int] = [1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0]
    guard let size = sizes[type], offset + size <= PageChecksum.contentSize else { return nil }
    if size == 0 { return type - 8 }
    // The first byte has the sign.
    return self[offset..<(offset + size)].dropFirst().reduce(
      Int64(Int8(bitPattern: self[offset]))
    ) { $0 << 8 | Int64($1) }
  }
}
