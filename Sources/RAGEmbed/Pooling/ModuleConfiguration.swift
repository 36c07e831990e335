import RAGCore

/// The `config.json` of a module after the transformer.
struct ModuleConfiguration {
  let json: JSONValue
  private let path: String
  private let kind: String

  /// - Throws: ``RAGError`` `notFound` without the file, `corrupt` where it is not JSON.
  init(folder: String, kind: String) throws {
    path = folder + "/config.json"
    self.kind = kind
    guard let json = try JSONValue.read(ifPresent: path) else {
      throw RAGError(
        .notFound,
        "is missing, which the \(kind) module needs; fetch the model again"
          + " (tools/model)", path: path)
    }
    self.json = json
  }

  /// A length of vectors.
  func size(_ key: String) throws -> Int {
    let limit = 1 << 17
    guard let value = json[key]?.integer, (1...limit).contains(value) else {
      throw error(.corrupt, "\(key) is not a number from 1 to \(limit)")
    }
    return value
  }

  /// Refuses modules that work on the vectors of single tokens.
  func requireSentenceVector() throws {
    for key in ["module_input_name", "module_output_name"] {
      let name = json[key]?.string ?? "sentence_embedding"
      guard name == "sentence_embedding" else {
        let text = String(name.prefix(60)).debugDescription
        throw error(.unsupported, "\(key) is \(text), not the text's vector")
      }
    }
  }

  func error(_ code: RAGError.Code, _ what: String) -> RAGError {
    RAGError(code, "the \(kind) module cannot be used: \(what)", path: path)
  }
}
