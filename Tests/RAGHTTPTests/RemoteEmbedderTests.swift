#if HTTP
  import Foundation
  import RAGCore
  import Testing

  @testable import RAGHTTP

  @Suite("Vectors from a service")
  struct RemoteEmbedderTests {
    private struct Request: Decodable {
      var input: [String]
      var model: String
    }

    /// Answers with the length of each text, the last text first.
    private let service: @Sendable (Int, ReceivedRequest) -> ScriptedReply = { _, request in
      let request = try? JSONDecoder().decode(Request.self, from: Data(request.body.utf8))
      let items = (request?.input ?? []).enumerated().reversed().map { index, text in
        #"{"object":"embedding","index":\#(index),"embedding":[\#(text.utf8.count),-0.5]}"#
      }
      return .json(200, #"{"data":[\#(items.joined(separator: ","))],"model":"e"}"#)
    }

    private func embedder(_ script: Script, dimension: Int = 2) async throws -> RemoteEmbedder {
      try RemoteEmbedder(
        url: await LoopbackServer.url(script) + "/v1", model: "e", key: testKey(),
        dimension: dimension, maximumTokenCount: 100, tokenCounter: CharacterCounter(),
        queryPrefix: "query: ", passagePrefix: "text: ", options: Pauses().options())
    }

    @Test("come in the order of the texts, in batches, with the prefixes")
    func order() async throws {
      let script = Script(service)
      let embedder = try await embedder(script)
      #expect(embedder.maximumTokenCount == 94)
      let texts = (0..<150).map { String(repeating: "x", count: $0) }
      let vectors = try await embedder.embed(texts, as: .passage)
      #expect(vectors == texts.map { [Float($0.utf8.count + 6), -0.5] })
      #expect(try await embedder.embed(["ab"], as: .query) == [[9, -0.5]])
      #expect(try await embedder.embed([], as: .query) == [])
      #expect(script.requests.count == 4)
      #expect(script.requests.allSatisfy { $0.path == "/v1/embeddings" })
      #expect(script.requests.allSatisfy { $0.fields["authorization"] == "Bearer \(secret)" })
    }

    @Test("have a length that the first answer tells")
    func length() async throws {
      let script = Script(service)
      let url = try await LoopbackServer.url(script)
      let embedder = try await RemoteEmbedder.connect(
        url: url, model: "e", maximumTokenCount: 100, tokenCounter: CharacterCounter(),
        options: .patient)
      #expect(embedder.dimension == 2)
      #expect(embedder.name == "e")
      #expect(
        embedder.fingerprint
          == #"remote;host=127.0.0.1;model="e";dimension=2;query="";passage="""#)
      #expect(try await embedder.embed(["abc"], as: .query) == [[3, -0.5]])
    }

    @Test("differ in fingerprint by host, model, length and prefixes")
    func fingerprints() throws {
      func fingerprint(
        _ url: String = "https://a.com/v1", _ model: String = "m", _ dimension: Int = 2,
        _ query: String = "", _ passage: String = ""
      ) throws -> String {
        try RemoteEmbedder(
          url: url, model: model, dimension: dimension, maximumTokenCount: 100,
          tokenCounter: CharacterCounter(), queryPrefix: query, passagePrefix: passage
        ).fingerprint
      }
      let all = try [
        fingerprint(), fingerprint("https://b.com/v1"), fingerprint("https://a.com/v1", "n"),
        fingerprint("https://a.com/v1", "m", 3), fingerprint("https://a.com/v1", "m", 2, "q"),
        fingerprint("https://a.com/v1", "m", 2, "", "q"),
        fingerprint("https://a.com/v1", "m\";dimension=2"),
      ]
      #expect(Set(all).count == all.count)
    }

    @Test(
      "that are wrong are an error",
      arguments: [
        (#"{"data":[]}"#, "0 vectors for 2 texts"), ("{}", "0 vectors for 2 texts"),
        (#"{"data":[{"index":0,"embedding":[1,2]}]}"#, "1 vectors"),
        (#"{"data":[{"index":0,"embedding":[1,2]},{"index":0,"embedding":[1,2]}]}"#, "two vectors"),
        (#"{"data":[{"index":0,"embedding":[1,2]},{"index":7,"embedding":[1,2]}]}"#, "two vectors"),
        (
          #"{"data":[{"index":-1,"embedding":[1,2]},{"index":1,"embedding":[1,2]}]}"#, "two vectors"
        ),
        (#"{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1]}]}"#, "lengths"),
        (#"{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}"#, "empty"),
        (
          #"{"data":[{"index":0,"embedding":[1e99,2]},{"index":1,"embedding":[1,2]}]}"#,
          "no vectors"
        ),
        (
          #"{"data":[{"index":0,"embedding":[NaN,2]},{"index":1,"embedding":[1,2]}]}"#, "no vectors"
        ),
        (#"{"data":[{"index":0,"embedding":"AAAA"},{"index":1,"embedding":[1]}]}"#, "no vectors"),
        ("not JSON", "no vectors"), (#"{"error":{"message":"no such model"}}"#, "no such model"),
      ])
    func wrong(body: String, expected: String) async throws {
      let embedder = try await embedder(Script(.json(200, body)))
      let error = await #expect(throws: RAGError.self) {
        try await embedder.embed(["a", "b"], as: .passage)
      }
      #expect(error?.code == .backend)
      #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
    }

    @Test("of another length than the index has are an error")
    func dimension() async throws {
      let embedder = try await embedder(Script(service), dimension: 3)
      let error = await #expect(throws: RAGError.self) {
        try await embedder.embed(["a"], as: .passage)
      }
      #expect(error?.code == .dimensionMismatch)
    }

    @Test("are asked for again after a cut in their middle")
    func retry() async throws {
      let cut = ScriptedReply(
        fields: ["content-type": "application/json"], steps: [.send(#"{"data":["#), .cut])
      let script = Script { count, request in count == 0 ? cut : service(count, request) }
      #expect(try await embedder(script).embed(["a"], as: .query) == [[8, -0.5]])
      #expect(script.requests.count == 2)
    }

    @Test("must be of a use")
    func unusable() throws {
      for (dimension, tokenCount) in [(0, 100), (-1, 100), (2, 6), (2, 0)] {
        let error = #expect(throws: RAGError.self) {
          try RemoteEmbedder(
            url: "http://localhost", model: "e", dimension: dimension,
            maximumTokenCount: tokenCount, tokenCounter: CharacterCounter(),
            passagePrefix: "text: ")
        }
        #expect(error?.code == .invalidInput)
      }
    }
  }
#endif
