import Foundation
import Testing

@testable import RAG

@Suite("An ingest of records")
struct IngestRecordsTests {
  private static func options(
    _ format: RecordReader.Format?, encoding: String? = nil
  ) -> IngestOptions {
    var options = IngestOptions()
    options.records = format.map { RecordFormat($0) }
    options.encoding = encoding
    return options
  }

  /// The texts of all chunks that a word leads to.
  private static func texts(_ engine: Engine, _ word: String) async throws -> [String] {
    try await engine.search(Query(word, mode: .lexical)).map(\.chunk.text)
  }

  @Test("reads the file in the encoding that is named, and what it holds once")
  func encoding() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      let table = try directory.write(
        "r.csv", Data("id,text\n1,Le caf".utf8 + [0xE9] + " noir".utf8))
      let report = try await engine.ingestAll(
        table, options: Self.options(.csv, encoding: "windows-1252"))
      #expect(report.added == 1 && report.failedCount == 0)
      let lines = try directory.write("r.jsonl", #"{"id":"2","text":"Le caf\u00e9 blanc"}"#)
      _ = try await engine.ingestAll(
        lines, options: Self.options(.jsonl, encoding: "windows-1252"))
      #expect(try await Self.texts(engine, "noir") == ["Le café noir"])
      #expect(try await Self.texts(engine, "blanc") == ["Le café blanc"])
    }
  }

  @Test("warns of what is not in the encoding that is named")
  func wrongEncoding() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      let path = try directory.write("r.csv", Data("id,text\n1,black ".utf8 + [0xFF] + "\n".utf8))
      let report = try await engine.ingestAll(
        path, options: Self.options(.csv, encoding: "utf-8"))
      #expect(report.added == 1)
      #expect(report.warnings.count == 1)
      #expect(report.warnings.first?.hasPrefix(path + ": 1 place is not valid utf-8") == true)
    }
  }

  @Test(
    "and a file whose name is a record's id keep apart: the second is refused, and tells whose it is"
  )
  func sharedID() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      let table = try directory.write("r.csv", Data("id,text\n1,red kettle\n".utf8))
      let file = try directory.write("r.csv#1", "blue kettle")
      _ = try await engine.ingestAll(table, options: Self.options(.csv))
      let second = try await engine.ingestAll(file)
      #expect(second.failedCount == 1)
      #expect(second.failed.first?.reason.contains("a document of \(table);") == true)
      #expect(try await Self.texts(engine, "kettle") == ["red kettle"])
      _ = try await engine.delete(named: [table])
      #expect(try await engine.ingestAll(file).added == 1)
      let third = try await engine.ingestAll(table, options: Self.options(.csv))
      #expect(third.failed.first?.reason.contains("a document of \(file);") == true)
      #expect(try await Self.texts(engine, "kettle") == ["blue kettle"])
    }
  }

  @Test("from memory gives each the fields of all, and takes neither title nor vector for all")
  func memory() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      let text = "id,text,year\n1,red kettle,2020\n2,blue kettle,\n"
      let fields: Metadata = ["source": "shop", "year": 1999]
      var titled = MemoryDocument(id: "titled", text: text, title: "Kettles")
      titled.metadata = fields
      let report = try await engine.upsert(
        [
          titled, MemoryDocument(id: "feed", text: text, metadata: fields),
          MemoryDocument(id: "vector", text: text, vector: [1, 0]),
        ], options: Self.options(.csv))
      #expect(report.added == 2)
      #expect(report.failed.map(\.source) == ["titled", "vector"])
      for (condition, id) in [
        ("source = \"shop\" and year = 2020", "feed#1"),
        ("source = \"shop\" and year = 1999", "feed#2"),
      ] {
        let hits = try await engine.search(
          Query("kettle", mode: .lexical, filter: try Filter(parsing: condition)))
        #expect(hits.map(\.document.id) == [id])
      }
    }
  }

  @Test("is what reads the file again, until its records are deleted")
  func laterWithoutFormat() async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write("p.csv", "id,text\n1,red kettle\n2,blue kettle\n")
      for index in 0..<6 { try directory.write("\(index).txt", "Text \(index).") }
      let engine = try await Engine.open(at: directory.index)
      #expect(try await engine.ingestAll(path, options: Self.options(.csv)).added == 2)
      var options = Self.options(nil)
      options.pruning = .always
      let report = try await engine.ingestAll(directory.docs, options: options)
      #expect(report.added == 6 && report.removed == 0)
      #expect(report.skipped.map(\.source) == [path])
      #expect(report.skipped.first?.reason.contains("--format") == true)
      #expect(try await Self.texts(engine, "kettle").count == 2)
      #expect(try await engine.delete(named: [path]).ids.count == 2)
      #expect(try await engine.ingestAll(directory.docs, options: options).added == 1)
      #expect(try await engine.documentIDs().contains(path))
    }
  }

  @Test("takes the place of the file as one document, where there are any")
  func earlierWithoutFormat() async throws {
    try await withTemporaryDirectory { directory in
      let path = try directory.write("p.csv", "id,text\n1,red kettle\n2,blue kettle\n")
      let other = try directory.write("other.csv", "Words, and no columns: kettle.")
      let engine = try await Engine.open(at: directory.index)
      #expect(try await engine.ingestAll(directory.docs).added == 2)
      let report = try await engine.ingestAll(directory.docs, options: Self.options(.csv))
      #expect(report.added == 2 && report.removed == 1 && report.failed.map(\.source) == [other])
      #expect(try await engine.documentIDs() == [other, path + "#1", path + "#2"])
    }
  }

  @Test("sees the progress within a file", arguments: RecordReader.Format.allCases)
  func progress(format: RecordReader.Format) async throws {
    try await withTemporaryDirectory { directory in
      let rows =
        switch format {
        case .jsonl: (0..<1_000).map { #"{"id":"\#($0)","text":"Record \#($0)","note":"é"}"# }
        case .csv: ["id,text"] + (0..<1_000).map { "\($0),Record \($0)" } + ["1000,two,many"]
        }
      let path = try directory.write("records", rows.joined(separator: "\n"))
      let context = IngestContext(
        store: nil, encoder: nil, limits: Limits(),
        options: Self.options(format, encoding: "windows-1252"))
      let output = Channel<IngestBatch>(capacity: .max)
      var reader = SourceReader(
        context: context, plan: try await context.plan(),
        walks: SourceWalks([.path(path)], context: context, changes: nil), output: output,
        budget: ByteBudget(capacity: .max), inFlight: InFlight())
      _ = try await reader.run()
      var byteCounts: [Int] = []
      while let batch = try await output.receive() {
        byteCounts.append(contentsOf: batch.steps.map(\.sourceByteCount))
      }
      let size = try Data(contentsOf: URL(filePath: path)).count
      #expect(byteCounts.reduce(0, +) == size)
      // About the same for each, and next to nothing for the file itself.
      #expect(byteCounts.allSatisfy { 0...(4 * size / rows.count) ~= $0 })
      #expect(byteCounts.dropLast().allSatisfy { $0 > 0 })
    }
  }

  @Test("takes the encoding for that of the file, not of the text that a command makes of it")
  func convertedEncoding() async throws {
    try await withTemporaryDirectory { directory in
      let engine = try await Engine.open(at: directory.index)
      let path = try directory.write("a.up", "Le café noir")
      var options = Self.options(nil, encoding: "windows-1252")
      options.converters = [try Converter(parsing: ".up=cat {}")]
      #expect(try await engine.ingestAll(path, options: options).added == 1)
      #expect(try await Self.texts(engine, "noir") == ["Le café noir"])
    }
  }
}
