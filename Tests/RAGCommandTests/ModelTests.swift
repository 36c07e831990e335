import Foundation
import Testing

@Suite("rag with a model", .enabled(if: Sandbox.hasModel, Sandbox.modelRemedy))
struct ModelTests {
  private let environment = ["RAG_ENCODER": Sandbox.model]

  @Test("finds by meaning, and refuses an index of another encoder")
  func query() throws {
    try Sandbox.run { sandbox in
      try sandbox.write("docs/a.txt", "The physician examined the patient's heart.")
      try sandbox.write("docs/b.txt", "The bakery sells bread and cake.")
      let ingest = try sandbox.rag("ingest", "docs", environment: environment)
      #expect(ingest.status == 0, "\(ingest.errors)")
      #expect(ingest.text.contains("2 embedded"))
      let run = try sandbox.rag(
        "query", "medical doctor", "--mode", "vector", "--hits-only", "-k", "1", "--json",
        environment: environment)
      let hit = try #require((try run.json()["hits"] as? [[String: Any]])?.first)
      let path = (hit["document"] as? [String: Any])?["path"] as? String
      #expect(path?.hasSuffix("a.txt") == true)
      let report = try sandbox.rag("query", "medical doctor", "--json", environment: environment)
      #expect(try report.json()["mode"] as? String == "hybrid")

      let other = try sandbox.rag(
        "query", "medical doctor", "--precision", "f32", environment: environment)
      #expect(other.status == 2)
      #expect(other.errors.contains("precision=int8 there, precision=f32 here"))
      #expect(other.errors.contains("--precision"))

      try #require(try sandbox.rag("ingest", "docs", "--index", "words").status == 0)
      let words = try sandbox.rag(
        "query", "bread", "--mode", "vector", "--index", "words", environment: environment)
      #expect(words.status == 2 && words.errors.contains("no vectors"), "\(words.errors)")

      let doctor = try sandbox.rag("doctor", "--json", environment: environment)
      #expect(doctor.status == 0)
      let checks = try #require(try doctor.json()["checks"] as? [[String: String]])
      #expect(checks.compactMap { $0["name"] } == ["kernels", "model", "index"])
      #expect(checks.allSatisfy { $0["verdict"] != "failed" })
    }
  }

  @Test("embeds lines to lines or vectors, the same in any batch")
  func embed() throws {
    try Sandbox.run { sandbox in
      let lines = (0..<600).map { "{\"id\": \($0), \"text\": \"line number \($0)\"}\n" }
      let all = try sandbox.rag("embed", input: lines.joined(), environment: environment)
      #expect(all.status == 0, "\(all.errors)")
      let objects = try all.jsonLines()
      #expect(objects.compactMap { $0["id"] as? Int } == Array(0..<600))
      let one = try sandbox.rag("embed", input: lines[599], environment: environment)
      #expect(one.text == all.text.split(separator: "\n").last.map { $0 + "\n" })

      let vectors = try sandbox.rag(
        "embed", "--format", "fvecs", input: lines[7],
        environment: environment)
      let dimension = vectors.output.prefix(4).withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }
      #expect(dimension == 384)
      let elements = vectors.output.dropFirst(4).withUnsafeBytes { bytes in
        (0..<384).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
      let written = try #require(objects[7]["embedding"] as? [Double])
      #expect(zip(elements, written).allSatisfy { $0 == Float($1) })
      let exact = try sandbox.rag(
        "embed", "--precision", "f32", input: lines[7], environment: environment)
      let other = try #require(try exact.jsonLines().first?["embedding"] as? [Double])
      #expect(other != written)
      #expect(zip(other, written).reduce(0) { $0 + $1.0 * $1.1 } > 0.99)
    }
  }

  @Test("says which line it cannot embed, and what it had to cut")
  func embedProblems() throws {
    try Sandbox.run { sandbox in
      let input = "{\"id\": \"a\", \"text\": \"x\"}\n{\"id\": \"b\"}\n"
      let run = try sandbox.rag("embed", input: input, environment: environment)
      #expect(run.status == 2 && run.hasOneError && run.errors.contains("line 2"))
      let long = String(repeating: "word ", count: 300)
      let cut = try sandbox.rag(
        "embed", input: "{\"id\": \"a\", \"text\": \"\(long)\"}", environment: environment)
      #expect(cut.status == 0)
      #expect(cut.errorLines.count == 1 && cut.errors.contains("254 tokens"))
      #expect(try sandbox.rag("embed", input: "", environment: environment).output.isEmpty)
    }
  }

  @Test("names a damaged model")
  func damaged() throws {
    try Sandbox.run { sandbox in
      let copy = try sandbox.shell(
        "cp -r '\(Sandbox.model)' model && truncate -s 1M model/model.safetensors")
      try #require(copy.status == 0)
      let run = try sandbox.rag("query", "x", "--encoder", "model")
      #expect(run.status == 2 && run.hasOneError)
      #expect(run.errors.contains("model.safetensors"))
      #expect(try sandbox.rag("doctor", "--encoder", "model").status == 2)
    }
  }
}
