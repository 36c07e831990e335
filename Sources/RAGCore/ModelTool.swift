/// A function that a model may ask the host to call.
public struct ModelTool: Sendable, Hashable, Codable {
  /// What the model calls it: 1 to 64 of the characters `A-Z a-z 0-9 _ -`.
  public var name: String
  /// When to call it and what it does, for the model.
  public var description: String
  /// The JSON Schema of its arguments, an object, as text.
  public var parameters: String

  /// Makes a tool; a ``ChatBackend`` checks it before it sends it.
  public init(name: String, description: String, parameters: String) {
    self.name = name
    self.description = description
    self.parameters = parameters
  }
}

/// A model's wish that the host calls a tool.
public struct ModelToolCall: Sendable, Hashable, Codable {
  /// What its result refers to; unique among the calls of its turn.
  public var id: String
  /// The tool's name.
  public var name: String
  /// A JSON object, as text. That it is as the tool's schema says is for the host to check.
  public var arguments: String

  /// Makes a call.
  public init(id: String, name: String, arguments: String) {
    self.id = id
    self.name = name
    self.arguments = arguments
  }
}
