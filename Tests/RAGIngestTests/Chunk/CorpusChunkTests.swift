import Foundation
import RAGCore
import RAGIngest
import Testing

/// Chunks of every real corpus at hand are what stands in the source where they say they stand.
@Suite("Chunks of real corpora")
struct CorpusChunkTests {
  private static let shared = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../shared/data").standardizedFileURL

  @Test(
    "stand in their sources, byte for byte where the text is the source",
    .enabled(
      if: FileManager.default.fileExists(atPath: shared.path), "the shared data are not here"),
    arguments: ["html", "chunking/corpora", "ir"])
  func places(folder: String) throws {
    let chunker = Chunker(tokenCounter: WordCounter(), maximumTokenCount: 254)
    var count = 0
    for (name, bytes) in try sources(in: Self.shared.appending(path: folder)) {
      let document = try DocumentParser().parse(bytes, path: name)
      for chunk in try chunker.chunks(of: document) {
        count += 1
        let place = "\(name), chunk \(chunk.ordinal)"
        #expect(document.string(chunk.textRange) == chunk.text, "\(place)")
        #expect(document.span(of: chunk.textRange) == chunk.span, "\(place)")
        let source = bytes[chunk.span.utf8]
        if document.source.mediaType != .html, document.source.encoding == "utf-8" {
          #expect(source.elementsEqual(chunk.text.utf8), "\(place)")
        }
        let before = bytes[..<chunk.span.utf8.lowerBound]
        if !before.contains(UInt8(ascii: "\r")) {
          let line = 1 + before.count { $0 == UInt8(ascii: "\n") }
          #expect(chunk.span.lines.lowerBound == line, "\(place)")
        }
      }
    }
    #expect(count > 0)
  }

  /// Files by path; of BEIR's corpora, the texts of their records.
  private func sources(in folder: URL) throws -> [(String, [UInt8])] {
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let files = (all?.compactMap { $0 as? URL } ?? []).sorted { $0.path < $1.path }
    return try files.flatMap { file -> [(String, [UInt8])] in
      switch (file.pathExtension, file.lastPathComponent) {
      case ("html", _), ("md", _): [(file.path, Array(try Data(contentsOf: file)))]
      case (_, "corpus.jsonl"):
        try RecordReader(Array(try Data(contentsOf: file)), format: .jsonl, idField: "_id")
          .compactMap { entry in
            guard case .record(let record) = entry else { return nil }
            return ("\(record.id).txt", Array(record.text.utf8))
          }
      default: []
      }
    }
  }
}
