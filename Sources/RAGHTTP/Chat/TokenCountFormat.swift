import RAGCore

/// One of the ways in which servers are asked how many tokens a prompt has.
struct TokenCountFormat: Sendable {
  /// The path at the server's root.
  let path: String
  let request: @Sendable (ModelPrompt) throws -> [UInt8]
  /// The count in an answer to a prompt; nil in one of another form.
  let count: @Sendable ([UInt8], ModelPrompt) -> Int?

  /// The server of llama.cpp.
  static let llamaServer = TokenCountFormat(
    path: "/tokenize",
    request: { try ChatJSON.encode(["content": plainText($0), "add_special": true]) },
    count: { body, prompt in
      struct Answer: Decodable { let tokens: [Int] }
      let count = (try? ChatJSON.decode(Answer.self, body))?.tokens.count
      // A server that reads another field than `content` finds no text.
      return count == 0 && !plainText(prompt).isEmpty ? nil : count
    })

  /// vLLM, which counts the messages as its template joins them.
  static func vLLM(model: String) -> TokenCountFormat {
    TokenCountFormat(
      path: "/tokenize",
      request: {
        try ChatJSON.encode(["model": model, "messages": ChatJSON.messages(ChatTurn($0))])
      }, count: { body, _ in counted(body) })
  }

  /// The server of llama-cpp-python.
  static func llamaPython(model: String) -> TokenCountFormat {
    TokenCountFormat(
      path: "/extras/tokenize/count",
      request: { try ChatJSON.encode(["model": model, "input": plainText($0)]) },
      count: { body, _ in counted(body) })
  }

  /// Anthropic, which counts the messages.
  static func anthropic(_ chat: AnthropicChat) -> TokenCountFormat {
    TokenCountFormat(
      path: chat.path + "/count_tokens",
      request: { try ChatJSON.encode(chat.input(ChatTurn($0))) },
      count: { body, _ in
        struct Answer: Decodable { let input_tokens: Int }
        return natural((try? ChatJSON.decode(Answer.self, body))?.input_tokens)
      })
  }

  private static func plainText(_ prompt: ModelPrompt) -> String {
    prompt.system.isEmpty ? prompt.user : prompt.system + "\n" + prompt.user
  }

  private static func counted(_ body: [UInt8]) -> Int? {
    struct Answer: Decodable { let count: Int }
    return natural((try? ChatJSON.decode(Answer.self, body))?.count)
  }

  private static func natural(_ count: Int?) -> Int? { count.flatMap { $0 >= 0 ? $0 : nil } }
}
