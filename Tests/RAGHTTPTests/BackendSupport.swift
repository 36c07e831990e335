#if HTTP
  import Foundation
  import RAGCore

  @testable import RAGHTTP

  let testPrompt = ModelPrompt(system: "rules", user: "question")

  /// The chunk of OpenAI's format that brings a piece of the answer.
  func chunk(_ text: String) -> String {
    let data = try? JSONEncoder().encode(text)
    let json = String(decoding: data ?? Data(), as: UTF8.self)
    return #"{"choices":[{"index":0,"delta":{"content":\#(json)},"finish_reason":null}]}"#
  }

  extension HTTPOptions {
    /// Time is no part of most tests, however busy the machine.
    static var patient: HTTPOptions {
      var options = HTTPOptions()
      options.connectTimeout = .seconds(1_200)
      options.firstByteTimeout = .seconds(1_200)
      options.pauseTimeout = .seconds(1_200)
      options.totalTimeout = .seconds(1_200)
      return options
    }
  }

  /// Notes pauses instead of making them.
  final class Pauses: Sendable {
    private let noted = Locked<[Duration]>([])
    var all: [Duration] { noted.withLock { $0 } }

    func options() -> HTTPOptions {
      var options = HTTPOptions.patient
      options.pause = { [noted] pause in noted.withLock { $0.append(pause) } }
      return options
    }
  }

  func openAI(
    _ script: Script, key: APIKey? = nil, generation: GenerationOptions = GenerationOptions(),
    options: HTTPOptions = Pauses().options()
  ) async throws -> OpenAIBackend {
    try OpenAIBackend(
      url: await LoopbackServer.url(script) + "/v1", model: "tiny", key: key,
      contextTokenCount: 100, tokenCounter: CharacterCounter(), generation: generation,
      options: options)
  }

  func pieces(_ backend: any ModelBackend) async throws -> [String] {
    var pieces: [String] = []
    for try await piece in backend.generate(testPrompt) { pieces.append(piece) }
    return pieces
  }

  /// The error of an answer, and what came before it.
  func failure(_ backend: any ModelBackend) async -> (error: RAGError?, pieces: [String]) {
    var pieces: [String] = []
    do {
      for try await piece in backend.generate(testPrompt) { pieces.append(piece) }
      return (nil, pieces)
    } catch {
      return (error as? RAGError, pieces)
    }
  }

  /// A whole call, as a part in OpenAI's form.
  let testCall = #"{"index":0,"id":"x","function":{"name":"search","arguments":"{}"}}"#

  /// What a turn brings, and the error that ends it.
  func turn(
    _ backend: any ChatBackend, _ messages: [ChatMessage], _ tools: [ModelTool] = testTools
  ) async -> (outputs: [ChatOutput], error: RAGError?) {
    var outputs: [ChatOutput] = []
    do {
      for try await output in backend.respond(to: messages, tools: tools) {
        outputs.append(output)
      }
      return (outputs, nil)
    } catch {
      return (outputs, error as? RAGError)
    }
  }
#endif
