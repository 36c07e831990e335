import RAGCore

/// Puts the calls of a turn together from their parts.
struct ToolCallCollector: Sendable {
  private static let maximumCallCount = 64

  private struct Call {
    var index: Int?
    var id: String
    var name: String
    var arguments: String
  }

  private let subject: String
  private let message: ServiceMessage
  /// The names of the tools that the model may call.
  private let offered: Set<String>
  private var calls: [Call] = []

  init(_ subject: String, _ message: ServiceMessage, offering tools: [ModelTool]) {
    self.subject = subject
    self.message = message
    offered = Set(tools.map(\.name))
  }

  /// Takes a part.
  ///
  /// - Throws: ``RAGError`` `backend` for a call of a tool that was not offered.
  mutating func add(_ part: ToolCallPart) throws {
    guard part.name.isEmpty ? !offered.isEmpty : offered.contains(part.name) else {
      throw notOffered(part.name)
    }
    guard let position = position(of: part) else {
      guard calls.count < Self.maximumCallCount else {
        throw RAGError(
          .limitExceeded,
          "\(subject) made more than \(Self.maximumCallCount) calls in one turn and was stopped")
      }
      calls.append(
        Call(index: part.index, id: part.id, name: part.name, arguments: part.arguments))
      return
    }
    if calls[position].id.isEmpty { calls[position].id = part.id }
    if calls[position].name.isEmpty { calls[position].name = part.name }
    calls[position].arguments += part.arguments
  }

  /// Takes that the model ended its turn for its calls.
  ///
  /// - Throws: ``RAGError`` `backend` where there are none.
  func end() throws {
    guard !offered.isEmpty else { throw notOffered("") }
    guard !calls.isEmpty else {
      throw RAGError(.backend, "\(subject) says that it called a tool, but sent no call")
    }
  }

  /// The calls of a turn that has ended, each with an id of its own.
  ///
  /// - Throws: ``RAGError`` `backend` for a call without a name or a JSON object of arguments.
  func whole() throws -> [ModelToolCall] {
    // An id that the service gives to a later call is not taken from it.
    var taken = Set(calls.map(\.id))
    var used: Set<String> = []
    return try calls.map { call in
      guard !call.name.isEmpty else {
        throw RAGError(.backend, "\(subject) called a tool without its name")
      }
      let arguments = call.arguments.allSatisfy(\.isWhitespace) ? "{}" : call.arguments
      guard ChatJSON.object(arguments) != nil else {
        throw RAGError(
          .backend,
          "\(subject) called the tool '\(call.name)' with \(arguments.utf8.count) bytes of "
            + "arguments that are no JSON object; use a model that is made for tools")
      }
      var id = used.contains(call.id) ? "" : call.id
      var number = 1
      while id.isEmpty {
        let made = "call_\(number)"
        if taken.insert(made).inserted { id = made }
        number += 1
      }
      used.insert(id)
      return ModelToolCall(id: id, name: call.name, arguments: arguments)
    }
  }

  /// The call that a part continues; nil where it begins one.
  ///
  /// Services differ: some leave out the index, or have the same for all calls; some have no ids,
  /// or a new one with each fragment; some repeat the name. Only a name begins another call.
  private func position(of part: ToolCallPart) -> Int? {
    if let index = part.index {
      guard let position = calls.lastIndex(where: { $0.index == index }) else { return nil }
      let call = calls[position]
      let isOther =
        !part.name.isEmpty && !call.name.isEmpty
        && (part.name != call.name || (!part.id.isEmpty && !call.id.isEmpty && part.id != call.id))
      return isOther ? nil : position
    }
    if !part.id.isEmpty, let position = calls.lastIndex(where: { $0.id == part.id }) {
      return position
    }
    return part.name.isEmpty ? calls.indices.last : nil
  }

  private func notOffered(_ name: String) -> RAGError {
    let tool = name.isEmpty ? "a tool" : "the tool '\(message.text(name))'"
    return RAGError(
      .backend,
      "\(subject) called \(tool), but was offered "
        + (offered.isEmpty
          ? "none; use a model that answers in text"
          : "only others; use a model that is made for tools"))
  }
}
