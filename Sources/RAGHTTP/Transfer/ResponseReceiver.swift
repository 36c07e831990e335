/// Takes the body of a response as it comes.
protocol ResponseReceiver: Sendable {
  /// The media type that it reads.
  var contentType: String { get }
  /// Something was given out, so the request may not be sent again.
  var hasDelivered: Bool { get }

  /// Takes more bytes; true when no more are needed.
  ///
  /// - Throws: ``RAGError``.
  mutating func receive(_ bytes: [UInt8]) throws -> Bool

  /// Takes the end of the body.
  ///
  /// - Throws: ``RAGError``; `io` when the end comes too early.
  mutating func finish() throws
}
