/// What a walk over the frames of a write-ahead log found.
package struct LogReport: Sendable, Equatable {
  /// A broken frame with whole transactions behind it, or a broken header before them.
  package struct Damage: Sendable, Equatable, CustomStringConvertible {
    /// The frame, counted from 0; nil for the log's header.
    package let frame: Int64?
    /// The transactions that SQLite drops without a word: that of the broken frame, where it is
    /// known to end one, and those behind it.
    package let lostTransactions: Int
    /// Whether a power failure in the last commit, which was then never acknowledged, leaves the
    /// same picture.
    package let mayBeTornCommit: Bool

    package var description: String {
      let place =
        frame.map { "frame \($0) of the write-ahead log" } ?? "the write-ahead log's header"
      let unit = lostTransactions == 1 ? "transaction" : "transactions"
      let loss = "SQLite silently drops what follows, at least \(lostTransactions) \(unit)"
      return mayBeTornCommit
        ? "\(place) is damaged, or the last commit was cut off by a power failure; \(loss)"
        : "\(place) is damaged; \(loss)"
    }
  }

  /// Pages of which the log holds a newer version than the file.
  package var committedPages: Set<UInt32> = []
  /// The pages of the database after the last transaction; nil where there is none.
  package var pageCount: UInt32?
  package var damage: Damage?
  /// The newest whole version of each page, by its frame, in transactions that are committed: also
  /// behind a broken frame, where SQLite does not look.
  var newestFrames: [UInt32: Int64] = [:]
  /// The pages of the database after the last of those transactions.
  var newestPageCount: UInt32?
  /// The same of whole frames behind the last commit: of one whose end is broken.
  var unfinishedFrames: [UInt32: Int64] = [:]
}

/// Walks over the log as SQLite does at recovery, and on beyond the first frame that is broken.
///
/// After a crash nothing valid follows that frame, or only frames that no commit ends: SQLite
/// corrects checksums that it overwrote just before a commit. If a commit follows, the frame was
/// once whole.
enum LogVerifier {
  static func verify(_ path: String) throws -> LogReport {
    var report = try scan(path)
    // A writer may be at work: damage stays where it is.
    if report.damage != nil {
      let again = try scan(path)
      if again.damage != report.damage { report = try scan(path) }
    }
    return report
  }

  private static func scan(_ path: String) throws -> LogReport {
    guard let file = try UncheckedFile(path, isLog: true) else { return LogReport() }
    return try withUnsafeTemporaryAllocation(byteCount: LogFrame.size, alignment: 8) { buffer in
      let headerBytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<LogHeader.size])
      guard try file.read(headerBytes, at: 0) else { return LogReport() }
      let header = LogHeader(UnsafeRawBufferPointer(headerBytes))
      var scan = Scan(header)
      for index in 0..<LogFrame.count(in: try file.size()) {
        // What cannot be read is zero, and so no frame.
        _ = try file.read(buffer, at: LogFrame.offset(of: index))
        scan.add(UnsafeRawBufferPointer(buffer), at: index)
      }
      return scan.report
    }
  }

  private struct Scan {
    private let wordsAreBigEndian: Bool
    /// Those of the header; of the first frame, where the header is broken.
    private var salts: UInt64?
    private var previous: (stored: LogChecksum, computed: LogChecksum)
    private let headerIsValid: Bool
    private var pending: Set<UInt32> = []
    private var committed: Set<UInt32> = []
    private var pageCount: UInt32?
    private var newest: (waiting: [UInt32: Int64], frames: [UInt32: Int64], pageCount: UInt32?) =
      ([:], [:], nil)
    private var brokenFrame: Int64?
    private var brokenEndsTransaction = false
    private var validBehind = 0
    private var commitsBehind = 0

    init(_ header: LogHeader) {
      headerIsValid = header.isValid
      // SQLite sums in the order of the machine that made the log, which is most likely this one.
      wordsAreBigEndian = header.isValid ? header.wordsAreBigEndian : Int(1).bigEndian == 1
      salts = header.isValid ? header.salts : nil
      previous = (header.checksum, header.checksum)
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer, at index: Int64) {
      let frame = LogFrame(bytes)
      let page = UnsafeRawBufferPointer(rebasing: bytes[LogFrame.headerSize...])
      let fromStored = previous.stored.extended(
        byHeader: bytes, page: page, wordsAreBigEndian: wordsAreBigEndian)
      // If only checksums of the frames before are damaged, those of their content still lead here.
      let fromComputed =
        previous.stored == previous.computed
        ? fromStored
        : previous.computed.extended(
          byHeader: bytes, page: page, wordsAreBigEndian: wordsAreBigEndian)
      if salts == nil { salts = frame.salts }
      let isWhole =
        frame.salts == salts && frame.page != 0
        && (frame.checksum == fromStored || frame.checksum == fromComputed)
      previous = (frame.checksum, isWhole ? frame.checksum : fromComputed)
      if isWhole {
        newest.waiting[frame.page] = index
        if frame.committedPageCount != 0 {
          newest.frames.merge(newest.waiting) { $1 }
          newest.waiting = [:]
          newest.pageCount = frame.committedPageCount
        }
      }
      switch (isWhole, brokenFrame) {
      case (true, nil):
        pending.insert(frame.page)
        if frame.committedPageCount != 0 {
          committed.formUnion(pending)
          pageCount = frame.committedPageCount
          pending = []
          if !headerIsValid { commitsBehind += 1 }
        }
      case (true, .some):
        validBehind += 1
        if frame.committedPageCount != 0 { commitsBehind += 1 }
      case (false, nil) where headerIsValid:
        brokenFrame = index
        brokenEndsTransaction = frame.salts == salts && frame.committedPageCount != 0
      case (false, _): break
      }
    }

    var report: LogReport {
      var report = LogReport(
        newestFrames: newest.frames, newestPageCount: newest.pageCount,
        unfinishedFrames: newest.waiting)
      guard headerIsValid else {
        if commitsBehind > 0 {
          report.damage = .init(frame: nil, lostTransactions: commitsBehind, mayBeTornCommit: false)
        }
        return report
      }
      report.committedPages = committed
      report.pageCount = pageCount
      let lost = commitsBehind + (brokenEndsTransaction ? 1 : 0)
      if validBehind > 0, lost > 0 {
        report.damage = .init(
          frame: brokenFrame, lostTransactions: lost,
          mayBeTornCommit: lost == 1 && !brokenEndsTransaction)
      }
      return report
    }
  }
}
