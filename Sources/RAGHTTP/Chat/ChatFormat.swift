import Foundation
import RAGCore

/// What a message of a service says.
enum ChatEvent: Hashable {
  /// More of the answer.
  case text(String)
  /// The model wants a tool of this name.
  case toolCall(String)
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
  /// What is asked of the model beside the prompt.
  var options: GenerationOptions { get }

  /// The body of the request.
  ///
  /// - Throws: ``RAGError`` `invalidInput`, `unsupported`.
  func request(for prompt: ModelPrompt) throws -> [UInt8]

  /// What a message says; one that is not of the format throws.
  static func events(of message: [UInt8]) throws -> [ChatEvent]
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

  static func schema(_ text: String) throws -> [String: Any] {
    guard let schema = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    else { throw RAGError(.invalidInput, "the schema of the answer is not a JSON object") }
    return schema
  }

  static func messages(_ prompt: ModelPrompt) -> [[String: String]] {
    let user = ["role": "user", "content": prompt.user]
    return prompt.system.isEmpty
      ? [user] : [["role": "system", "content": prompt.system], user]
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

/// A call of a tool, of which only the name is read.
struct ToolCall: Decodable {
  struct Function: Decodable { let name: String? }
  let function: Function?

  var event: ChatEvent { .toolCall(function?.name ?? "") }
}
