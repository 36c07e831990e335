/// Cuts the body of a response into messages.
protocol MessageFraming: Sendable {
  /// The media type of such bodies.
  static var contentType: String { get }

  init(maximumByteCount: Int)

  /// The messages that another piece makes whole.
  ///
  /// - Throws: ``RAGError`` `limitExceeded` for a message that is too long.
  mutating func messages(in bytes: [UInt8]) throws -> [[UInt8]]

  /// The message that only the end of the body makes whole.
  mutating func lastMessage() -> [UInt8]?
}
