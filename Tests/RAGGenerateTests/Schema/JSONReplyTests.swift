import RAGGenerate
import Testing

@Suite struct JSONReplyTests {
  private static let any = #"{"type": ["object", "array", "string"]}"#

  @Test(arguments: [
    Answer.notFoundText, "\"Not found in these documents.\"",
    "Not found in these documents. Ask elsewhere.", "  Not found in these documents [1].\n",
  ])
  func `the refusal is a reply without JSON, and accepted`(answer: String) async throws {
    let schema = try JSONSchema(Self.any)
    let reply = try JSONReply(answer: answer, schema: schema)
    #expect(reply == JSONReply(json: nil))
    #expect(try await JSONReplyChecker(schema).check(reply) == .accepted)
  }

  @Test(arguments: [
    (#"{"name": "Maria Lopez [99]"}"#, #"{"name": "Maria Lopez"}"#, 1),
    (
      #"["It ends 2027 [1][2, 3].", "玛丽亚[1]。", "a [4-6] b"]"#,
      #"["It ends 2027.", "玛丽亚。", "a b"]"#, 4
    ),
    (#"{"a [1]": {"b": ["[1] One \"two\" [2]"]}}"#, #"{"a [1]": {"b": ["One \"two\""]}}"#, 2),
    // An index, a text that is nothing else, another kind of bracket, and numbers themselves.
    (
      #"["x[1]", "[1]", "[a]", "[1234]", 1, [1], "\\"]"#,
      #"["x[1]", "[1]", "[a]", "[1234]", 1, [1], "\\"]"#, 0
    ),
    ("```json\n{\"a\": \"b 【1】\"}\n```", #"{"a": "b"}"#, 1),
  ])
  func `source numbers are taken out of texts and counted`(
    answer: String, json: String, count: Int
  ) throws {
    let reply = try JSONReply(answer: answer, schema: JSONSchema(Self.any))
    #expect(reply == JSONReply(json: json, removedMarkerCount: count))
  }

  @Test func `source numbers stay where the schema asks for them`() throws {
    let schema = try JSONSchema(
      #"{"properties": {"name": {"type": "string", "pattern": "^.+ \\[[0-9]+\\]$"}}}"#)
    let json = #"{"name": "Maria Lopez [1]"}"#
    #expect(try JSONReply(answer: json, schema: schema) == JSONReply(json: json))
  }

  @Test func `what is no JSON is unreadable`() {
    #expect(throws: UnreadableProposal.self) {
      try JSONReply(answer: "I cannot.", schema: JSONSchema(Self.any))
    }
  }
}
