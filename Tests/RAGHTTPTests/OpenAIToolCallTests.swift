import RAGCore
import Testing

@testable import RAGHTTP

@Suite("Calls of tools in OpenAI's chunks")
struct OpenAIToolCallTests {
  @Test("are the same wherever their fragments are cut")
  func fragments() throws {
    let arguments = #"{"query":"é\"😀\\","n":[1,{}]}"#
    let scalars = Array(arguments.unicodeScalars)
    for first in 0...scalars.count {
      for second in first...scalars.count {
        let parts = try [scalars[..<first], scalars[first..<second], scalars[second...]].map {
          try quoted(String(String.UnicodeScalarView($0)))
        }
        let body = callChunks(
          [#"{"index":0,"id":"a","type":"function","function":{"name":"search"}}"#]
            + parts.map { #"{"index":0,"function":{"arguments":\#($0)}}"# })
        #expect(try outputs(OpenAIChat.self, body) == [call("a", "search", arguments)])
      }
    }
  }

  @Test("are the same wherever the bytes of their messages are cut")
  func bytes() throws {
    let bytes = Array(
      callChunks([
        #"{"index":0,"id":"a","function":{"name":"search","arguments":"{\"query\":"}}"#,
        #"{"index":1,"id":"b","function":{"name":"read_file","arguments":""}}"#,
        #"{"index":0,"function":{"arguments":"\"é\"}"}}"#,
      ]).utf8)
    let whole = [call("a", "search", #"{"query":"é"}"#), call("b", "read_file", "{}")]
    for cut in 0...bytes.count {
      #expect(try outputs(OpenAIChat.self, [bytes[..<cut], bytes[cut...]]) == whole, "\(cut)")
    }
    #expect(try outputs(OpenAIChat.self, bytes.indices.map { bytes[$0...$0] }) == whole)
  }

  @Test("come after the text, in their order, however they alternate", arguments: 0..<100)
  func alternation(seed: Int) throws {
    var random = Seeded(seed: UInt64(seed))
    let count = Int.random(in: 1...8, using: &random)
    let arguments = (0..<count).map { #"{"query":"\#(String(repeating: "x", count: $0 * 3))"}"# }
    var rest = arguments.map { Array($0) }
    var parts = (0..<count).map {
      #"{"index":\#($0),"id":"id\#($0)","function":{"name":"search","arguments":""}}"#
    }
    while let index = rest.indices.filter({ !rest[$0].isEmpty }).randomElement(using: &random) {
      let length = Int.random(in: 1...rest[index].count, using: &random)
      let part = try quoted(String(rest[index].prefix(length)))
      rest[index].removeFirst(length)
      parts.append(#"{"index":\#(index),"function":{"arguments":\#(part)}}"#)
    }
    let body = events([#"{"choices":[{"delta":{"content":"Wait."}}]}"#]) + callChunks(parts)
    let calls = arguments.enumerated().map { call("id\($0)", "search", $1) }
    #expect(try outputs(OpenAIChat.self, body) == [.text("Wait.")] + calls, "seed \(seed)")
  }

  @Test(
    "are read from servers that do it their own way",
    arguments: [
      // Whole, in one message.
      (
        [
          #"{"index":0,"id":"a","function":{"name":"search","arguments":"{}"}},"#
            + #"{"index":1,"id":"b","function":{"name":"search","arguments":"{\"n\":1}"}}"#
        ], [call("a", "search", "{}"), call("b", "search", #"{"n":1}"#)]
      ),
      // Whole, without an index.
      (
        [
          #"{"id":"a","function":{"name":"search","arguments":"{}"}}"#,
          #"{"id":"b","function":{"name":"search","arguments":"{}"}}"#,
        ], [call("a", "search", "{}"), call("b", "search", "{}")]
      ),
      // Neither index nor id.
      (
        [
          #"{"function":{"name":"search","arguments":"{\"n\""}}"#,
          #"{"function":{"arguments":":1}"}}"#,
          #"{"function":{"name":"search","arguments":"{\"n\":2}"}}"#,
        ], [call("call_1", "search", #"{"n":1}"#), call("call_2", "search", #"{"n":2}"#)]
      ),
      // The id instead of an index.
      (
        [
          #"{"id":"a","function":{"name":"search","arguments":"{"}}"#,
          #"{"id":"b","function":{"name":"read_file","arguments":"{"}}"#,
          #"{"id":"a","function":{"arguments":"}"}}"#, #"{"id":"b","function":{"arguments":"}"}}"#,
        ], [call("a", "search", "{}"), call("b", "read_file", "{}")]
      ),
      // The same index for all.
      (
        [
          #"{"index":0,"id":"a","function":{"name":"search","arguments":"{}"}}"#,
          #"{"index":0,"id":"b","function":{"name":"search","arguments":"{"}}"#,
          #"{"index":0,"function":{"arguments":"}"}}"#,
          #"{"index":0,"function":{"name":"read_file","arguments":"{}"}}"#,
        ],
        [call("a", "search", "{}"), call("b", "search", "{}"), call("call_1", "read_file", "{}")]
      ),
      // An id of its own for each fragment.
      (
        [
          #"{"index":0,"id":"a","function":{"name":"search"}}"#,
          #"{"index":0,"id":"b","function":{"arguments":"{"}}"#,
          #"{"index":0,"id":"c","function":{"arguments":"}"}}"#,
        ], [call("a", "search", "{}")]
      ),
      // Id and name again with each fragment, or empty, or null, or late.
      (
        [
          #"{"index":0,"id":"a","function":{"name":"search","arguments":"{"}}"#,
          #"{"index":0,"id":"a","function":{"name":"search","arguments":"\"n\""}}"#,
          #"{"index":0,"id":"","function":{"name":"","arguments":":"}}"#,
          #"{"index":0,"id":null,"function":{"name":null,"arguments":"1}"}}"#,
          #"{"index":0,"function":null}"#, #"{"index":0,"function":{"arguments":null}}"#,
          #"{"index":1}"#, #"{"index":1,"id":"b"}"#, #"{"index":1,"function":{"name":"search"}}"#,
        ], [call("a", "search", #"{"n":1}"#), call("b", "search", "{}")]
      ),
      // The same id for two calls, and one that is as ours would be.
      (
        [
          #"{"index":0,"id":"a","function":{"name":"search"}}"#,
          #"{"index":1,"id":"a","function":{"name":"search"}}"#,
          #"{"index":2,"id":"call_1","function":{"name":"search"}}"#,
        ],
        [call("a", "search", "{}"), call("call_2", "search", "{}"), call("call_1", "search", "{}")]
      ),
      // Arguments as an object.
      (
        [#"{"index":0,"id":"a","function":{"name":"search","arguments":{"b":"/","a":[1,null]}}}"#],
        [call("a", "search", #"{"a":[1,null],"b":"/"}"#)]
      ),
      // Nothing but blanks.
      (
        [#"{"index":0,"id":"a","function":{"name":"search","arguments":" \n"}}"#],
        [call("a", "search", "{}")]
      ),
    ])
  func quirks(parts: [String], calls: [ChatOutput]) throws {
    for finish in ["tool_calls", "stop", nil] {
      #expect(try outputs(OpenAIChat.self, callChunks(parts, finish: finish)) == calls)
    }
  }

  @Test(
    "are an error where they cannot be made",
    arguments: [
      (#"{"index":0,"id":"a","function":{"name":"rm -rf"}}"#, "'rm -rf', but was offered only"),
      (#"{"index":0,"id":"a","function":{"name":"x\u001b[2J"}}"#, "'x [2J'"),
      (#"{"index":0,"id":"a","function":{"arguments":"{}"}}"#, "without its name"),
      (#"{"index":0,"function":{"name":"search","arguments":"{"}}"#, "no JSON object"),
      (#"{"index":0,"function":{"name":"search","arguments":"[1]"}}"#, "3 bytes of arguments"),
      (#"{"index":0,"function":{"name":"search","arguments":"null"}}"#, "no JSON object"),
      (#"{"index":0,"function":{"name":"search","arguments":"{}{}"}}"#, "no JSON object"),
      (#"{"index":0,"function":{"name":"search","arguments":[1]}}"#, "not of its API"),
      (#"{"index":"0","function":{"name":"search"}}"#, "not of its API"),
      ("", "sent no call"),
    ])
  func unusable(part: String, expected: String) throws {
    let error = #expect(throws: RAGError.self) { try outputs(OpenAIChat.self, callChunks([part])) }
    #expect(error?.code == .backend)
    #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
  }

  @Test("are bounded in bytes and in number")
  func limits() throws {
    let begin = #"{"index":0,"id":"a","function":{"name":"search"}}"#
    let more = #"{"index":0,"function":{"arguments":"          "}}"#
    func body(_ count: Int) -> String { callChunks([begin] + Array(repeating: more, count: count)) }
    #expect(try outputs(OpenAIChat.self, body(10), answerByteCount: 100).count == 1)
    let size = #expect(throws: RAGError.self) {
      try outputs(OpenAIChat.self, body(11), answerByteCount: 100)
    }
    #expect(size?.code == .limitExceeded)
    #expect(size?.message.contains("answerByteCount") == true)

    func calls(_ count: Int) -> String {
      callChunks((0..<count).map { #"{"index":\#($0),"function":{"name":"search"}}"# })
    }
    #expect(try outputs(OpenAIChat.self, calls(64)).count == 64)
    let number = #expect(throws: RAGError.self) { try outputs(OpenAIChat.self, calls(65)) }
    #expect(number?.code == .limitExceeded)
  }

  @Test("of a turn that is cut by its limit of tokens are not made")
  func length() throws {
    let part = #"{"index":0,"id":"a","function":{"name":"search","arguments":"{\"q"}}"#
    let error = #expect(throws: RAGError.self) {
      try outputs(OpenAIChat.self, callChunks([part], finish: "length"))
    }
    #expect(error?.code == .limitExceeded)
  }
}
