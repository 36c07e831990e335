import RAGCore
import RAGIngest
import Testing

@Suite("Record reader")
struct RecordReaderTests {
  private func read(
    _ text: String, _ format: RecordReader.Format, textField: String = "text",
    idField: String = "id"
  ) throws -> (records: [RecordReader.Record], skips: [Int: String]) {
    try read(Array(text.utf8), format, textField: textField, idField: idField)
  }

  private func read(
    _ bytes: [UInt8], _ format: RecordReader.Format, textField: String = "text",
    idField: String = "id"
  ) throws -> (records: [RecordReader.Record], skips: [Int: String]) {
    var records: [RecordReader.Record] = []
    var skips: [Int: String] = [:]
    for entry in try RecordReader(bytes, format: format, textField: textField, idField: idField) {
      switch entry {
      case .record(let record): records.append(record)
      case .skipped(let line, let reason): skips[line] = reason
      }
    }
    return (records, skips)
  }

  @Test("JSON Lines: id, text, title, metadata and line")
  func jsonLines() throws {
    let found = try read(
      """
      \u{FEFF}{"id":"a","text":"One\\n二","title":"T","year":2020,"ok":true,"none":null}\r

      {"id":7,"text":"Two","tags":["x",1,false,null],"author":{"name":"N","born":{"year":1.5}}}
      {"text":"Three"}
      """, .jsonl)
    #expect(found.skips.isEmpty)
    #expect(found.records.map(\.id) == ["a", "7", "4"])
    #expect(found.records.map(\.line) == [1, 3, 4])
    #expect(found.records.map(\.text) == ["One\n二", "Two", "Three"])
    #expect(found.records.map(\.title) == ["T", nil, nil])
    #expect(found.records[0].metadata == ["year": 2020, "ok": true])
    #expect(
      found.records[1].metadata == [
        "tags": ["x", 1, false], "author.name": "N", "author.born.year": 1.5,
      ])
  }

  @Test("JSON Lines: of names that are the same when joined, the same one counts each time")
  func joinedNames() throws {
    for name in (0..<32).map({ "n\($0)" }) {
      let line = """
        {"text":"x","\(name).b":1,"\(name)":{"b":2},"o":{"\(name)":{"c":3},"\(name).c":4}}
        """
      #expect(
        try read(line, .jsonl).records.first?.metadata == ["\(name).b": 1, "o.\(name).c": 4])
    }
  }

  @Test("JSON Lines: a faulty line is a skip with its number, the others go on")
  func faultyLines() throws {
    let lines: [(String, String?)] = [
      (#"{"id":"a","text":"One"}"#, nil), (#"{"id":"b","text":"#, "not valid JSON"),
      ("[1]", "not a JSON object"), (#"{"id":"c"}"#, "no field 'text'"),
      (#"{"id":"c","text":5}"#, "not a string"), (#"{"id":"c","text":" \n"}"#, "is empty"),
      (#"{"id":"a","text":"Again"}"#, "the id 'a' of line 1"),
      (#"{"id":[1],"text":"x"}"#, "neither a string nor a number"),
      (#"{"id":"d","text":"x"} {"#, "not valid JSON"),
      (#"{"id":"s","text":"\ud800"}"#, "not valid JSON"),
      (#"{"id":"t","text":"x","text":"y"}"#, "a key comes twice"),
      (String(repeating: "[", count: 100_000), "not valid JSON"),
      (#"{"id":"z","text":"Last"}"#, nil),
    ]
    let found = try read(lines.map(\.0).joined(separator: "\n"), .jsonl)
    #expect(found.records.map(\.id) == ["a", "z"])
    for (index, line) in lines.enumerated() {
      let reason = found.skips[index + 1]
      #expect(
        line.1.map { reason?.contains($0) == true } ?? (reason == nil),
        "\(line.0.prefix(40)): \(reason ?? "")")
    }
    let invalid = try read(Array(#"{"id":"b","text":""#.utf8) + [0xFF] + Array(#""}"#.utf8), .jsonl)
    #expect(invalid.skips == [1: "is not valid UTF-8"])
    #expect(try read("", .jsonl).records.isEmpty)
  }

  @Test("a record nested too deep, or with names too long, is a skip")
  func deep() throws {
    func nested(_ count: Int) -> String {
      String(repeating: "[", count: count) + "1" + String(repeating: "]", count: count)
    }
    let name = String(repeating: "n", count: 2_000)
    let found = try read(
      """
      {"id":"a","text":"One","x":\(nested(20))}
      {"id":"b","text":"Two","x":\(nested(40))}
      {"id":"c","text":"Three","\(name)":{"inner":1}}
      {"id":"d","text":"Four","x":\(nested(400))}
      {"id":"e","text":"Five"}
      """, .jsonl)
    #expect(found.records.map(\.id) == ["a", "e"])
    #expect(found.skips.keys.sorted() == [2, 3, 4])
  }

  @Test("CSV: columns of one name are a list, however many")
  func sameColumns() throws {
    let count = 20_000
    let header = "text," + Array(repeating: "a", count: count).joined(separator: ",")
    let row = "One," + (0..<count).map(String.init).joined(separator: ",")
    let found = try read(header + "\n" + row, .csv)
    #expect(found.records.first?.metadata["a"] == .list((0..<count).map { .number(Double($0)) }))
  }

  @Test("An encoding that is named is that of the bytes")
  func encoding() throws {
    let bytes = Array("id,text\n1,caf".utf8) + [0xE9] + Array("\n2,tea\n".utf8)
    let reader = try RecordReader(bytes, format: .csv, encoding: "windows-1252")
    #expect(reader.warnings.isEmpty)
    let texts = reader.map { if case .record(let record) = $0 { record.text } else { "" } }
    #expect(texts == ["café", "tea"])
    #expect(throws: RAGError.self) {
      try RecordReader(bytes, format: .csv, encoding: "no such encoding")
    }
  }

  @Test("CSV: quotes, line breaks in fields, CRLF, a byte-order mark, numbers")
  func csv() throws {
    let found = try read(
      "\u{FEFF}id,body,title,year,zip,tag,tag\r\n1,\"Say \"\"hi\"\"\r\nto, them\",T,2020,007,a,b\r\n"
        + "\r\n2,plain,,,,,\r\n\"3\",\"\u{4E8C}\",,-1.5e3,+1,x,",
      .csv, textField: "body")
    #expect(found.skips.isEmpty)
    #expect(found.records.map(\.id) == ["1", "2", "3"])
    #expect(found.records.map(\.line) == [2, 5, 6])
    #expect(found.records[0].text == "Say \"hi\"\r\nto, them")
    #expect(found.records[0].title == "T")
    #expect(found.records[0].metadata == ["year": 2020, "zip": "007", "tag": ["a", "b"]])
    #expect(found.records[1].metadata.isEmpty)
    #expect(found.records[2].metadata == ["year": -1500, "zip": "+1", "tag": "x"])
  }

  @Test("Whole numbers that Float64 does not tell apart keep their digits")
  func longNumbers() throws {
    let numbers = ["9007199254740991", "9007199254740992", "-9007199254740993"]
    let expected: [Metadata] = [
      ["n": 9_007_199_254_740_991], ["n": "9007199254740992"], ["n": "-9007199254740993"],
    ]
    let lines = numbers.map { "{\"text\":\"x\",\"n\":\($0)}" }.joined(separator: "\n")
    #expect(try read(lines, .jsonl).records.map(\.metadata) == expected)
    let rows = "text,n\n" + numbers.map { "x,\($0)" }.joined(separator: "\n")
    #expect(try read(rows, .csv).records.map(\.metadata) == expected)
    for (number, metadata) in zip(numbers, expected) {
      let page = Array("---\nn: \(number)\n---\nx".utf8)
      #expect(try DocumentParser().parse(page, path: "a.md").metadata == metadata)
    }
  }

  @Test("CSV: a faulty row is a skip with its line, the others go on")
  func faultyRows() throws {
    let found = try read(
      "id,text\na,One\nb,Two,three\nc\n\"d\"x,Four\ne,\"Five\nf,\"\"\ng,Seven\nh,\"never ends\ni,Last\n",
      .csv)
    #expect(found.records.map(\.id) == ["a", "g", "i"])
    #expect(found.skips.keys.sorted() == [3, 4, 5, 6, 7, 9])
    #expect(found.skips[3]?.contains("3 fields where the header has 2") == true)
    #expect(found.skips[5]?.contains("after the quotes of field 1") == true)
    #expect(found.skips[9]?.contains("never ends") == true)
    let invalid = try read(Array("text\nok\n".utf8) + [0xFF, 0x0A] + Array("fine".utf8), .csv)
    #expect(
      invalid.records.map(\.text) == ["ok", "fine"] && invalid.skips == [3: "is not valid UTF-8"])
  }

  @Test("CSV: a header without the text column is an error that names the columns")
  func missingColumn() {
    for text in ["", "a,b\n1,2", "\"open"] {
      let error = #expect(throws: RAGError.self) { try read(text, .csv) }
      #expect(error?.code == .invalidInput)
    }
    let error = #expect(throws: RAGError.self) { try read("a,b\n1,2", .csv) }
    #expect(error?.message.contains("a, b") == true)
  }

  @Test("random fields survive writing and reading as CSV")
  func csvRoundTrip() throws {
    let alphabet = ["a", "\"", ",", "\n", "\r\n", "é", " ", "\r", "x"]
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let texts = (0..<8).map { _ in
        "t" + (0..<random.below(12)).map { _ in alphabet[random.below(alphabet.count)] }.joined()
      }
      let lineEnd = ["\n", "\r\n", "\r"][random.below(3)]
      let rows = texts.enumerated().map { "\($0),\"\($1.replacing("\"", with: "\"\""))\"" }
      let found = try read((["id,text"] + rows).joined(separator: lineEnd), .csv)
      #expect(found.records.map(\.text) == texts, "seed \(seed)")
    }
  }

  @Test(
    "hostile quotes take linear time",
    arguments: ["\"", "\"\n", "\"\"\n", "a,\"\n", "\",\"\n", "\"x\n"])
  func hostileQuotes(unit: String) throws {
    let found = try read("text,b\n" + String(repeating: unit, count: 100_000), .csv)
    #expect(found.records.count + found.skips.count < 200_000)
  }
}
