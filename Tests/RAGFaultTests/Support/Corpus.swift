import Foundation

/// A file of records whose text says what it is: which document, which version, which part of how
/// many. So that what an index answers can be held against what it was given.
struct Batch: Sendable {
  let name: String
  var documents: [Int: Version]

  /// What a document is made of in one version.
  struct Version: Equatable, Hashable, Sendable {
    var number: Int
    var parts: Int
  }

  init(_ name: String, count: Int, version: Int = 1, parts: ClosedRange<Int> = 2...4) {
    self.name = name
    documents = [:]
    for index in 0..<count {
      let parts = parts.lowerBound + index % parts.count
      documents[index] = Version(number: version, parts: parts)
    }
  }

  /// The next version of some documents, others being left out.
  func changed(every step: Int = 2, dropping dropped: Int? = nil) -> Batch {
    var result = self
    for (index, version) in documents {
      if let dropped, index % dropped == dropped - 1 {
        result.documents[index] = nil
      } else if index % step == 0 {
        result.documents[index] = Version(number: version.number + 1, parts: version.parts)
      }
    }
    return result
  }

  func merged(with count: Int, version: Int = 1) -> Batch {
    var result = self
    let next = (documents.keys.max() ?? -1) + 1
    for index in next..<next + count {
      result.documents[index] = Version(number: version, parts: 2 + index % 3)
    }
    return result
  }

  /// The word that only one document has.
  func word(_ index: Int) -> String { "\(name)x\(index)" }

  private static let vocabulary = """
    river stone cloud lamp forest silver window garden bridge winter copper meadow harbour violin \
    engine pepper marble falcon candle orchard granite thunder velvet compass lantern saddle
    """.split(separator: " ")

  /// The text of a document in one version.
  func text(_ index: Int, _ version: Version) -> String {
    (1...version.parts).map { part in
      let filler = (0..<16).map {
        Self.vocabulary[(index * 7 + part * 5 + $0 * $0) % Self.vocabulary.count]
      }
      return "\(Rag.canary) \(word(index)) v\(version.number) p\(part)of\(version.parts) "
        + filler.joined(separator: " ")
    }.joined(separator: "\n\n")
  }

  /// The file, as JSON lines.
  var lines: String {
    documents.sorted { $0.key < $1.key }.map { index, version in
      let text = text(index, version).replacingOccurrences(of: "\n", with: "\\n")
      return #"{"id":"\#(index)","batch":"\#(name)","number":\#(index),"text":"\#(text)"}"# + "\n"
    }.joined()
  }

  /// The arguments that ingest the file, which is written first.
  ///
  /// The ids of documents begin with the file's path.
  func ingest(in scratch: Scratch) throws -> [String] {
    ["ingest", try scratch.write(name + ".jsonl", lines), "--format", "jsonl"] + Self.chunking
      + ["--json"]
  }

  /// Small chunks, so that few words make many.
  static let chunking = ["--chunk-tokens", "64", "--chunk-overlap", "0"]
}

/// The documents of a batch as an index has them.
struct Inspection: Sendable {
  /// Whole documents.
  var documents: [Int: Batch.Version] = [:]
  /// Documents of which a part is missing, or that are of two versions.
  var halves: [String] = []
  /// Chunks that were found.
  var chunkCount = 0
  /// What the query said, if it was not an answer.
  var failure: CommandRun?

  /// Asks an index for all it has of a batch, by words or by meaning.
  init(of batch: String, in scratch: Scratch, index: String, mode: String = "lexical") throws {
    let run = try scratch.rag(
      "query", Rag.canary, "--where", "batch = \"\(batch)\"", "-k", "1000", "--hits-only",
      "--json", "--mode", mode, "--index", index)
    guard run.status == 0 || run.status == 1 else {
      failure = run
      return
    }
    var texts: [Int: String] = [:]
    for hit in try run.json()["hits"] as? [[String: Any]] ?? [] {
      chunkCount += 1
      let key = (hit["document"] as? [String: Any])?["id"] as? String ?? ""
      let text = (hit["chunk"] as? [String: Any])?["text"] as? String ?? ""
      texts[key.split(separator: "#").last.flatMap { Int($0) } ?? -1, default: ""] += " " + text
    }
    for (index, text) in texts {
      var versions: Set<Int> = []
      var parts: Set<Int> = []
      var counts: Set<Int> = []
      for word in text.split(whereSeparator: \.isWhitespace) {
        if word.hasPrefix("v"), let number = Int(word.dropFirst()) { versions.insert(number) }
        let sides = word.dropFirst().split(separator: "of")
        guard word.hasPrefix("p"), sides.count == 2, let part = Int(sides[0]),
          let count = Int(sides[1])
        else { continue }
        parts.insert(part)
        counts.insert(count)
      }
      if let version = versions.first, let count = counts.first, versions.count == 1,
        counts.count == 1, parts == Set(1...count)
      {
        documents[index] = Batch.Version(number: version, parts: count)
      } else {
        halves.append("\(batch)/\(index): versions \(versions.sorted()), parts \(parts.sorted())")
      }
    }
  }
}
