import RAGCore
import Testing

@testable import RAGIngest

/// Checks what holds for every document: valid text, blocks in order, and a way back to the
/// source that is exact for every character.
func checkDocument(
  _ document: Document, source: [UInt8], seed: UInt64 = 0, _ comment: Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let text = document.text
  func require(_ condition: Bool, _ what: String) {
    if !condition {
      Issue.record("\(what) (\(comment?.rawValue ?? ""))", sourceLocation: sourceLocation)
    }
  }
  require(String(validating: text, as: UTF8.self) != nil, "text is not UTF-8")
  func isBoundary(_ offset: Int) -> Bool { offset == text.count || text[offset] & 0xC0 != 0x80 }

  // Runs: in order, inside, and character for character what the source says.
  let decoded = document.decoded.bytes
  var textEnd = 0
  var sourceEnd = 0
  for run in document.map.runs {
    require(run.textStart >= textEnd && run.sourceStart >= sourceEnd, "runs out of order")
    (textEnd, sourceEnd) = (run.textEnd, run.sourceEnd)
    guard textEnd <= text.count, sourceEnd <= decoded.count else {
      require(false, "run outside")
      return
    }
    for unit in 0..<run.count where run.textUnit != 1 || run.sourceUnit != 1 {
      let there = run.sourceStart + unit * run.sourceUnit
      let here = run.textStart + unit * run.textUnit
      let reference = CharacterReference.resolve(Array(decoded[there..<there + run.sourceUnit]))
      require(
        Array(reference.utf8) == Array(text[here..<here + run.textUnit]), "unit is no reference")
    }
    if run.textUnit == 1, run.sourceUnit == 1 {
      require(
        text[run.textStart..<textEnd] == decoded[run.sourceStart..<sourceEnd],
        "text differs from source at \(run.textStart)")
    }
  }
  for run in document.decoded.map.runs where run.textUnit == 1 && run.sourceUnit == 1 {
    require(
      decoded[run.textStart..<run.textEnd] == source[run.sourceStart..<run.sourceEnd],
      "decoded bytes differ")
  }

  // Blocks.
  var previous = 0
  for block in document.blocks {
    let range = block.range
    guard range.lowerBound >= previous, range.upperBound <= text.count, !range.isEmpty else {
      require(false, "block out of order")
      return
    }
    require(text.trimmed(range) == range, "block has white space at its ends")
    require(isBoundary(range.lowerBound) && isBoundary(range.upperBound), "block splits character")
    if document.source.mediaType != .markdown {
      require(text.trimmed(previous..<range.lowerBound).isEmpty, "text between blocks")
    }
    previous = range.upperBound
  }
  if document.source.mediaType != .markdown {
    require(text.trimmed(previous..<text.count).isEmpty, "text after the last block")
  }

  // Spans of random ranges: inside the source and growing with the range.
  var generator = SeededGenerator(seed: seed)
  let whole = document.span(of: 0..<text.count)
  for _ in 0..<min(50, text.count) {
    var bounds = [
      Int.random(in: 0...text.count, using: &generator),
      Int.random(in: 0...text.count, using: &generator),
    ].sorted()
    while !isBoundary(bounds[0]) { bounds[0] -= 1 }
    while !isBoundary(bounds[1]) { bounds[1] += 1 }
    let span = document.span(of: bounds[0]..<bounds[1])
    require(span.utf8.lowerBound >= 0 && span.utf8.upperBound <= source.count, "span outside")
    // What is synthetic alone stands for the markup around it.
    let isMapped = document.map.runs.contains {
      $0.textStart < bounds[1] && bounds[0] < $0.textEnd
    }
    guard isMapped else { continue }
    require(
      whole.utf8.lowerBound <= span.utf8.lowerBound
        && span.utf8.upperBound <= whole.utf8.upperBound,
      "span outside the whole")
    require(span.characters.count <= span.utf8.count, "more characters than bytes")
  }
}

extension Document {
  /// The whole text.
  var words: String { String(decoding: text, as: UTF8.self) }

  /// Each block as its kind and text.
  var outline: [String] {
    blocks.map { block in
      let kind =
        switch block.kind {
        case .heading(let level): "h\(level)"
        case .paragraph: "p"
        case .listItem: "li"
        case .code: "code"
        case .table: "table"
        }
      return "\(kind): \(string(block.range))"
    }
  }
}

/// Expects an error of the engine with this code.
func expectError<Result>(
  _ code: RAGError.Code, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Result
) {
  let error = #expect(throws: RAGError.self, sourceLocation: sourceLocation) { _ = try body() }
  #expect(error?.code == code, sourceLocation: sourceLocation)
}

/// Parses HTML and checks what holds for every document.
func parsePage(
  _ html: String, content: PageContent = .auto, sourceLocation: SourceLocation = #_sourceLocation
) throws -> Document {
  let bytes = Array(html.utf8)
  let document = try DocumentParser(content: content).parse(bytes, mediaType: .html)
  checkDocument(document, source: bytes, sourceLocation: sourceLocation)
  return document
}
