import Foundation
import RAGCore

/// What a message of a service says.
enum ChatEvent: Hashable {
  /// More of the answer.
  case text(String)
  /// More of a call of a tool.
  case toolCall(ToolCallPart)
  /// The turn is whole, as its calls are; more messages may come.
  case toolCallsEnded
  /// The answer is as long as it may be, and not at its end.
  case lengthReached
  /// The model or its service will not answer; why.
  case refused(String)
  /// The service failed; what it says.
  case failed(String)
  /// The answer is whole; more messages may come.
  case complete
  /// No message follows.
  case end
}

/// How a service is asked, and how it answers.
protocol ChatFormat: Sendable {
  associatedtype Framing: MessageFraming

  /// The path behind the service's URL.
  var path: String { get }
  /// Whether the path is at the server's root, as it names its version itself or has none, and not
  /// below the version that a URL may end with.
  static var isAtRoot: Bool { get }
  /// What is asked of the model beside the prompt.
  var options: GenerationOptions { get }

  /// The body of the request.
  ///
  /// - Throws: ``RAGError`` `invalidInput`, `unsupported`.
  func request(for turn: ChatTurn) throws -> [UInt8]

  /// What a message says; one that is not of the format throws.
  static func events(of message: [UInt8]) throws -> [ChatEvent]
}

extension ChatFormat {
  /// The body of a request without tools.
  func request(for prompt: ModelPrompt) throws -> [UInt8] { try request(for: ChatTurn(prompt)) }
}

/// What the formats share.
enum ChatJSON {
  /// A fixed order of keys makes equal requests the same bytes, for whatever caches them.
  static func encode(_ body: [String: Any]) throws -> [UInt8] {
    guard JSONSerialization.isValidJSONObject(body) else {
      throw RAGError(.invalidInput, "a temperature must be a finite number")
    }
    return Array(
      try JSONSerialization.data(
        withJSONObject: body, options: [.sortedKeys, .withoutEscapingSlashes]))
  }

  static func decode<Value: Decodable>(_ type: Value.Type, _ message: [UInt8]) throws -> Value {
    try JSONDecoder().decode(type, from: Data(message))
  }

  /// The object that a text is; nil where it is none.
  static func object(_ text: String) -> [String: Any]? {
    try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
  }

  static func schema(_ text: String) throws -> [String: Any] {
    guard let schema = object(text) else {
      throw RAGError(.invalidInput, "the schema of the answer is not a JSON object")
    }
    return schema
  }
}

/// An error of a service: a text, or an object with one.
struct ServiceError: Decodable {
  let message: String

  private enum Key: String, CodingKey { case message }

  init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      message = text
    } else {
      let object = try? decoder.container(keyedBy: Key.self)
      message = (try? object?.decode(String.self, forKey: .message)) ?? ""
    }
  }
}
