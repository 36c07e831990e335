/// A language model that holds a conversation and can call tools.
public protocol ChatBackend: ModelBackend {
  /// The model's next turn of a conversation: its text piece by piece, then its calls.
  ///
  /// A call is given out once, whole, after the model has ended its turn well: a turn that fails
  /// calls nothing. The host runs the calls, appends them as a
  /// ``ChatMessage/assistant(_:toolCalls:)`` with a ``ChatMessage/toolResult(_:callID:)`` for each,
  /// and asks for the next turn. Ending the iteration or cancelling its task stops the model.
  ///
  /// The stream throws ``RAGError``: `invalidInput`, before anything is sent, for tools or messages
  /// that no service takes; `backend` for a call of a tool that was not offered or one whose
  /// arguments are no JSON object; `limitExceeded` for more than 64 calls or a turn that is too
  /// long.
  func respond(
    to messages: [ChatMessage], tools: [ModelTool]
  ) -> AsyncThrowingStream<ChatOutput, any Error>
}

/// What a turn of a model brings.
public enum ChatOutput: Sendable, Hashable {
  /// More of the text.
  case text(String)
  /// A call that the host should make.
  case toolCall(ModelToolCall)
}
