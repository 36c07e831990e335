import Foundation

/// A server on loopback that answers every request at once with the same words, as a model behind
/// OpenAI's API does.
final class ModelServer: Sendable {
  let port: UInt16
  private let descriptor: Int32

  struct Failure: Error {}

  private static let answer: [UInt8] = {
    let body =
      ["The first words ", "of an answer [1].", ""].map { text in
        let end = text.isEmpty ? "\"stop\"" : "null"
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(text)\"},"
          + "\"finish_reason\":\(end)}]}\n\n"
      }.joined() + "data: [DONE]\n\n"
    return Array(
      ("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
        + "content-length: \(body.utf8.count)\r\n\r\n\(body)").utf8)
  }()

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard descriptor >= 0, isBound else { throw Failure() }
    port = UInt16(bigEndian: address.sin_port)
    // Ends with the process.
    Thread.detachNewThread {
      while true {
        let connection = accept(descriptor, nil, nil)
        if connection < 0 { return }
        Thread.detachNewThread { Self.serve(connection) }
      }
    }
  }

  /// Answers the requests of a connection until it is closed.
  private static func serve(_ connection: Int32) {
    defer { close(connection) }
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(connection, &buffer, buffer.count)
      if count <= 0 { return }
      received += buffer[..<count]
      while let end = end(ofRequestIn: received) {
        received.removeFirst(end)
        guard write(connection, answer, answer.count) == answer.count else { return }
      }
    }
  }

  /// Where the first request ends, if it is whole.
  private static func end(ofRequestIn bytes: [UInt8]) -> Int? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let head = text.range(of: "\r\n\r\n") else { return nil }
    let fields = text[..<head.lowerBound].lowercased()
    guard let field = fields.range(of: "content-length: "),
      let length = Int(fields[field.upperBound...].prefix(while: \.isNumber))
    else { return nil }
    let end = text[..<head.upperBound].utf8.count + length
    return bytes.count >= end ? end : nil
  }
}
