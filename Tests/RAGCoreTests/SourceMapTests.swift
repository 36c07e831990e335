import RAGCore
import Testing

@Suite("Source map")
struct SourceMapTests {
  /// `a&amp;b`, then two ideographs of 2 source bytes, a synthetic line break, then `cd` after markup.
  private var map: SourceMap {
    var map = SourceMap()
    map.append(.init(textStart: 0, sourceStart: 3, count: 1))
    map.append(.init(textStart: 1, sourceStart: 4, count: 1, textUnit: 1, sourceUnit: 5))
    map.append(.init(textStart: 2, sourceStart: 9, count: 1))
    map.append(.init(textStart: 3, sourceStart: 10, count: 2, textUnit: 3, sourceUnit: 2))
    map.append(.init(textStart: 10, sourceStart: 20, count: 2))
    return map
  }

  @Test(
    "maps ranges back to the source",
    arguments: [
      (0..<1, 3..<4), (1..<2, 4..<9), (0..<3, 3..<10), (3..<6, 10..<12), (6..<9, 12..<14),
      (3..<9, 10..<14), (10..<12, 20..<22), (0..<12, 3..<22),
      // Inside a unit: widened.
      (4..<5, 10..<12), (4..<7, 10..<14),
      // Synthetic ends move inwards; wholly synthetic text lies between its neighbours.
      (8..<10, 12..<14), (9..<11, 20..<21), (9..<10, 14..<20),
    ])
  func maps(text: Range<Int>, source: Range<Int>) {
    #expect(map.sourceRange(of: text) == source)
  }

  @Test("joins runs that continue one another")
  func joins() {
    var map = SourceMap.identity(byteCount: 4)
    map.append(.init(textStart: 4, sourceStart: 4, count: 3))
    map.append(.init(textStart: 7, sourceStart: 9, count: 1))
    map.append(.init(textStart: 8, sourceStart: 10, count: 0))
    #expect(map.runs.map(\.count) == [7, 1])
    #expect(SourceMap().sourceRange(of: 0..<4) == 0..<0)
  }

  @Test("an identity map gives every range back")
  func identity() {
    let map = SourceMap.identity(byteCount: 10)
    for lower in 0..<10 {
      for upper in (lower + 1)...10 {
        #expect(map.sourceRange(of: lower..<upper) == lower..<upper)
      }
    }
  }

  @Test("agrees with a map kept byte by byte, on random runs")
  func oracle() {
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var map = SourceMap()
      // Text byte -> the source bytes of its unit; nil where synthetic.
      var origins: [Range<Int>?] = []
      var source = 0
      for _ in 0..<random.below(12) {
        let gap = random.below(3)
        origins += [Range<Int>?](repeating: nil, count: gap)
        source += gap == 0 ? random.below(2) * 3 : random.below(5)
        let run = SourceMap.Run(
          textStart: origins.count, sourceStart: source, count: 1 + random.below(4),
          textUnit: 1 + random.below(4), sourceUnit: 1 + random.below(6))
        map.append(run)
        for _ in 0..<run.count {
          let unit = source..<(source + run.sourceUnit)
          origins += [Range<Int>?](repeating: unit, count: run.textUnit)
          source = unit.upperBound
        }
      }
      for lower in 0..<origins.count {
        for upper in (lower + 1)...origins.count {
          let units = origins[lower..<upper].compactMap { $0 }
          guard let first = units.first, let last = units.last else { continue }
          #expect(
            map.sourceRange(of: lower..<upper) == first.lowerBound..<last.upperBound, "seed \(seed)"
          )
        }
      }
    }
  }
}

@Suite("Decoded source")
struct DecodedSourceTests {
  @Test("counts bytes, characters and lines as an oracle does")
  func oracle() {
    let alphabet = ["a", "é", "日", "🙂", "\n", "\r", "\r\n", " ", "x"]
    for seed in 0..<60 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let text = (0..<(1 + random.below(1200))).map { _ in alphabet[random.below(alphabet.count)] }
        .joined()
      let source = DecodedSource(
        bytes: Array(text.utf8), map: .identity(byteCount: text.utf8.count))
      let scalars = Array(text.unicodeScalars)
      var offsets = [0]
      for scalar in scalars { offsets.append((offsets.last ?? 0) + UTF8.width(scalar)) }
      for _ in 0..<20 {
        let lower = random.below(scalars.count)
        let upper = lower + 1 + random.below(scalars.count - lower)
        let span = source.span(of: offsets[lower]..<offsets[upper])
        #expect(span.utf8 == offsets[lower]..<offsets[upper], "seed \(seed)")
        #expect(span.characters == lower..<upper, "seed \(seed)")
        #expect(
          span.lines == line(of: lower, scalars)...line(of: upper - 1, scalars), "seed \(seed)")
      }
    }
  }

  /// One more than the line ends before a scalar; a CRLF ends its line with the LF.
  private func line(of index: Int, _ scalars: [Unicode.Scalar]) -> Int {
    1
      + (0..<index).count { position in
        scalars[position] == "\n"
          || (scalars[position] == "\r"
            && (position + 1 == scalars.count || scalars[position + 1] != "\n"))
      }
  }

  @Test("an empty range and an empty source have a place")
  func empty() {
    let source = DecodedSource(bytes: Array("ab\nc".utf8), map: .identity(byteCount: 4))
    #expect(source.span(of: 3..<3).lines == 2...2)
    #expect(source.span(of: 4..<4).characters == 4..<4)
    let nothing = DecodedSource(bytes: [], map: .identity(byteCount: 0))
    #expect(nothing.span(of: 0..<0) == Span(utf8: 0..<0, characters: 0..<0, lines: 1...1))
  }

  @Test("a document's span goes through both maps")
  func document() {
    // Latin-1 source `é<b>x</b>`: 1 byte for é, decoded to 2, text `éx`.
    var decoding = SourceMap()
    decoding.append(.init(textStart: 0, sourceStart: 0, count: 1, textUnit: 2, sourceUnit: 1))
    decoding.append(.init(textStart: 2, sourceStart: 1, count: 8))
    let decoded = DecodedSource(bytes: Array("é<b>x</b>".utf8), map: decoding)
    var map = SourceMap()
    map.append(.init(textStart: 0, sourceStart: 0, count: 2))
    map.append(.init(textStart: 2, sourceStart: 5, count: 1))
    let document = Document(
      source: .init(mediaType: .html, encoding: "iso-8859-1", byteCount: 9), text: Array("éx".utf8),
      decoded: decoded, map: map, blocks: [.init(.paragraph, 0..<3)])
    #expect(
      document.span(of: 0..<3) == Span(utf8: 0..<5, characters: 0..<5, lines: 1...1))
    #expect(
      document.span(of: 2..<3) == Span(utf8: 4..<5, characters: 4..<5, lines: 1...1))
    #expect(document.string(0..<2) == "é")
  }
}
