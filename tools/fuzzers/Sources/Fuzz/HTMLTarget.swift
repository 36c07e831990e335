import RAGCore

@testable import RAGIngest

/// One of each kind for all pages, as they keep the tables of the encodings that they met.
private let parsers = PageContent.allCases.map { DocumentParser(content: $0) }

/// A page parses to blocks in order, and to text whose every character maps back to the source.
func fuzzHTML(_ input: [UInt8]) throws {
  for parser in parsers { check(try parser.parse(input, mediaType: .html), input) }
}

private func check(_ document: Document, _ input: [UInt8]) {
  let text = document.text
  let decoded = document.decoded.bytes
  require(String(validating: text, as: UTF8.self) != nil, "text is not UTF-8")
  require(String(validating: decoded, as: UTF8.self) != nil, "decoded source is not UTF-8")

  var textEnd = 0
  var sourceEnd = 0
  for run in document.map.runs {
    require(run.textStart >= textEnd && run.sourceStart >= sourceEnd, "runs out of order")
    (textEnd, sourceEnd) = (run.textEnd, run.sourceEnd)
    require(textEnd <= text.count && sourceEnd <= decoded.count, "run outside")
    if run.textUnit == 1, run.sourceUnit == 1 {
      require(
        text[run.textStart..<textEnd] == decoded[run.sourceStart..<sourceEnd],
        "text differs from the source at \(run.textStart)")
      continue
    }
    for unit in 0..<run.count {
      let here = run.textStart + unit * run.textUnit
      let there = run.sourceStart + unit * run.sourceUnit
      let reference = CharacterReference.resolve(Array(decoded[there..<there + run.sourceUnit]))
      require(
        reference.utf8.elementsEqual(text[here..<here + run.textUnit]), "unit is no reference")
    }
  }
  for run in document.decoded.map.runs {
    require(run.textEnd <= decoded.count && run.sourceEnd <= input.count, "decoded run outside")
    if run.textUnit == 1, run.sourceUnit == 1 {
      require(
        decoded[run.textStart..<run.textEnd] == input[run.sourceStart..<run.sourceEnd],
        "decoded bytes differ")
    }
  }
  checkBlocks(document, input)
}

private func checkBlocks(_ document: Document, _ input: [UInt8]) {
  let text = document.text
  func isBoundary(_ offset: Int) -> Bool { offset == text.count || text[offset] & 0xC0 != 0x80 }
  var previous = 0
  for block in document.blocks {
    let range = block.range
    require(range.lowerBound >= previous && !range.isEmpty, "blocks out of order")
    require(range.upperBound <= text.count, "block outside")
    require(text.trimmed(range) == range, "block has white space at its ends")
    require(isBoundary(range.lowerBound) && isBoundary(range.upperBound), "block splits character")
    require(text.trimmed(previous..<range.lowerBound).isEmpty, "text between blocks")
    previous = range.upperBound
    let span = document.span(of: range)
    require(span.utf8.lowerBound >= 0 && span.utf8.upperBound <= input.count, "span outside")
    require(span.characters.count <= span.utf8.count, "more characters than bytes")
  }
  require(text.trimmed(previous..<text.count).isEmpty, "text after the last block")
}
