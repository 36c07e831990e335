import Foundation
import RAG

#if HTTP
  import RAGHTTP
#endif

extension ModelOptions {
  /// The model behind a service.
  func service(_ url: String, _ limits: Limits) throws -> any ModelBackend {
    #if HTTP
      guard let model = try modelName ?? Setting.model.value() else {
        throw RAGError(
          .invalidInput, "name the model at \(url) with --model or RAG_MODEL")
      }
      var options = HTTPOptions()
      options.answerByteCount = limits.answerByteCount
      options.totalTimeout = limits.commandDuration
      let (key, counter) = (try key(), try tokenCounter())
      // Where it is not given: what a model thinks may count in it.
      let generation = GenerationOptions(answerTokenCount: answerTokens)
      switch try modelApi ?? Setting.modelAPI.choice(ModelAPI.self) ?? .openai {
      case .openai:
        return try OpenAIBackend(
          url: url, model: model, key: key, contextTokenCount: contextTokens,
          tokenCounter: counter, generation: generation, options: options)
      case .ollama:
        return try OllamaBackend(
          url: url, model: model, key: key, contextTokenCount: contextTokens,
          tokenCounter: counter, generation: generation, options: options)
      case .anthropic:
        return try AnthropicBackend(
          url: url, model: model, key: key, contextTokenCount: contextTokens,
          tokenCounter: counter, generation: generation, options: options)
      }
    #else
      throw RAGError(
        .unsupported,
        "this rag was built without HTTP: build it with '--traits HTTP', as tools/install does, or "
          + "name a command with --model-command")
    #endif
  }

  #if HTTP
    private func key() throws -> APIKey? {
      if let file = try modelKeyFile ?? Setting.modelKeyFile.value() {
        return try APIKey(file: file)
      }
      let variable = "RAG_MODEL_KEY"
      guard ProcessInfo.processInfo.environment[variable]?.isEmpty == false else { return nil }
      return try APIKey(environment: variable)
    }
  #endif
}
