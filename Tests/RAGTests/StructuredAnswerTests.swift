import Foundation
import RAG
import Synchronization
import Testing

@Suite("An answer as JSON, and a document that is summed up")
struct StructuredAnswerTests {
  private static let schema = #"{"type": "object", "required": ["year"]}"#

  private func withEngine(_ body: (Engine) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      try await engine.upsert(
        (0..<20).map { number in
          MemoryDocument(
            id: "lease \(number)",
            text: "Lease \(number) ends in the year \(2_000 + number). "
              + String(repeating: "The tenant pays the rent on the first of a month. ", count: 8))
        })
      try await body(engine)
    }
  }

  @Test("is asked for again with what was wrong, also where sources fill the context")
  func retry() async throws {
    try await withEngine { engine in
      let prompts = Mutex<[ModelPrompt]>([])
      let backend = ClosureBackend(contextTokenCount: 4_096) { prompt in
        prompts.withLock { $0.append(prompt) }
        return prompt.user.contains("member \"year\"") ? #"{"year": 2007}"# : "{}"
      }
      let answer = try await engine.structuredAnswer(
        Query("when does a lease end?", count: 20, mode: .lexical),
        conformingTo: JSONSchema(Self.schema), backend: backend,
        budget: ReflectionBudget(duration: .seconds(86_400)))
      #expect(answer.json == #"{"year": 2007}"# && !answer.abstained && answer.hits.count == 20)
      let counts = prompts.withLock { prompts in
        prompts.map { $0.user.components(separatedBy: "<source-").count - 1 }
      }
      try #require(counts.count == 2)
      #expect(counts[0] < 20 && counts[1] < counts[0] && counts[1] > 0)
      let counter = EstimatedTokenCounter()
      for prompt in prompts.withLock({ $0 }) {
        #expect(
          counter.tokenCount(of: prompt.system) + counter.tokenCount(of: prompt.user) <= 4_096
            - 1_024)
      }
    }
  }

  @Test("is none where the model says that the documents hold none, or nothing is found")
  func abstention() async throws {
    try await withEngine { engine in
      let schema = try JSONSchema(Self.schema)
      let refusing = ClosureBackend { _ in Answer.notFoundText }
      let refused = try await engine.structuredAnswer(
        Query("when does a lease end?", mode: .lexical), conformingTo: schema, backend: refusing,
        budget: ReflectionBudget(duration: .seconds(86_400)))
      #expect(refused.abstained && refused.json == nil && !refused.hits.isEmpty)
      #expect(refused.reflection?.attempts.count == 1)
      let nothing = try await engine.structuredAnswer(
        Query("zeppelin", mode: .lexical), conformingTo: schema, backend: refusing)
      #expect(nothing.abstained && nothing.hits.isEmpty && nothing.reflection == nil)
      let stubborn = try await engine.structuredAnswer(
        Query("when does a lease end?", mode: .lexical), conformingTo: schema,
        backend: ClosureBackend { _ in "[]" },
        budget: ReflectionBudget(duration: .seconds(86_400)))
      #expect(!stubborn.abstained && stubborn.json == nil)
      guard case .repeated = stubborn.reflection?.end else {
        Issue.record()
        return
      }
    }
  }

  @Test("is summed up from its beginning, in its order, whichever passage was found")
  func summary() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      let pages = (0..<12).map { number in
        "Chapter \(number) tells of voyage number\(number). "
          + String(repeating: "The crew sailed on through wind and rain. ", count: 12)
      }
      try directory.write("voyage.txt", pages.joined(separator: "\n\n"))
      try directory.write("other.txt", "A note on the crew of another ship.")
      var options = IngestOptions()
      options.chunking = ChunkOptions()
      options.chunking?.tokenCount = 64
      _ = try await engine.ingestAll(directory.docs, options: options)
      let query = Query("number9", count: 3, mode: .lexical)
      let summing = Prompting(composer: PromptComposer(template: .builtIn(.summarise)))
      let found = try await engine.search(query)
      let parts = try await engine.sources(for: query, prompting: summing)
      #expect(found.first?.chunk.id != parts.first?.chunk.id)
      #expect(Set(parts.map(\.document.id)) == Set(found.prefix(1).map(\.document.id)))
      #expect(parts.count > 12 && parts.map(\.rank) == Array(1...parts.count))
      let starts = parts.map(\.span.utf8.lowerBound)
      #expect(starts.first == 0 && starts == starts.sorted())
      // Of what found the document the evidence is the same.
      let nine = parts.first { $0.chunk.id == found.first?.chunk.id }
      #expect(nine != nil && nine?.evidence == found.first?.evidence)
      // What has no room is the end.
      let narrow = ClosureBackend(contextTokenCount: 2_400) { _ in "" }
      let prompt = try await engine.prompt(query, backend: narrow, prompting: summing)
      #expect(prompt.omittedSourceCount > 0)
      #expect(
        prompt.sources.map(\.hit.chunk.id) == parts.prefix(prompt.sources.count).map(\.chunk.id))
      // Other templates read what was found.
      #expect(try await engine.sources(for: query, prompting: Prompting()) == found)
    }
  }
}
