/// Reads JSON values of which each has a line of its own.
struct JSONLines: MessageFraming {
  static let contentType = "application/x-ndjson"

  private var lines: LineSplitter

  init(maximumByteCount: Int) { lines = LineSplitter(maximumByteCount: maximumByteCount) }

  mutating func messages(in bytes: [UInt8]) throws -> [[UInt8]] {
    try lines.lines(in: bytes).filter { !$0.isEmpty }
  }

  mutating func lastMessage() -> [UInt8]? {
    let rest = lines.rest()
    return rest.isEmpty ? nil : rest
  }
}
