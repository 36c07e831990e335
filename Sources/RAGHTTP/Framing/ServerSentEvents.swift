import RAGCore

/// Reads the data of server-sent events (HTML Living Standard, 9.2.6) that arrive in pieces cut
/// anywhere.
///
/// Names, ids and retry times of events are passed over: the services repeat in the data what
/// matters.
struct ServerSentEvents: MessageFraming {
  static let contentType = "text/event-stream"

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private let maximumByteCount: Int
  private var lines: LineSplitter
  private var isFirstLine = true
  /// The lines of data of the event that is not yet whole; nil before the first.
  private var data: [UInt8]?

  init(maximumByteCount: Int) {
    self.maximumByteCount = maximumByteCount
    lines = LineSplitter(maximumByteCount: maximumByteCount)
  }

  mutating func messages(in bytes: [UInt8]) throws -> [[UInt8]] {
    var events: [[UInt8]] = []
    for line in try lines.lines(in: bytes) {
      if let event = try take(line) { events.append(event) }
    }
    return events
  }

  /// An event without a blank line at its end is dropped, as the standard says.
  mutating func lastMessage() -> [UInt8]? { nil }

  /// The data of an event, when a blank line ends it.
  private mutating func take(_ line: [UInt8]) throws -> [UInt8]? {
    var line = line[...]
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: Self.byteOrderMark) { line = line.dropFirst(3) }
    }
    guard !line.isEmpty else {
      defer { data = nil }
      return data
    }
    let colon = line.firstIndex(of: 0x3A) ?? line.endIndex
    // A line that begins with a colon is a comment: the name of its field is empty.
    guard line[..<colon].elementsEqual("data".utf8) else { return nil }
    var value = line[colon...].dropFirst()
    if value.first == 0x20 { value = value.dropFirst() }
    // Each line of data counts one more, for its end.
    guard value.count < maximumByteCount - (data?.count ?? -1) else {
      throw RAGError(.limitExceeded, "an event of more than \(maximumByteCount) bytes")
    }
    if data == nil { data = [] } else { data?.append(0x0A) }
    data?.append(contentsOf: value)
    return nil
  }
}
