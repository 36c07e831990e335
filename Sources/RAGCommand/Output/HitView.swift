import RAG

/// Shows hits to people: place, headings, the beginning of the text, scores.
struct HitView {
  private static let excerptLineCount = 3

  private let terminal: Terminal

  init(_ terminal: Terminal) { self.terminal = terminal }

  /// A paragraph for each hit.
  func text(_ hits: [Hit]) -> String {
    hits.map(paragraph).joined(separator: "\n")
  }

  private func paragraph(_ hit: Hit) -> String {
    let source = SourceName(hit.document, headings: hit.chunk.headings)
    let lines = hit.span.lines
    let place =
      lines.count == 1 ? "\(lines.lowerBound)" : "\(lines.lowerBound)-\(lines.upperBound)"
    let score = hit.evidence.map(Figures.evidence) ?? Figures.score(hit.score)
    var text =
      terminal.styled("\(hit.rank).", .bold) + " "
      + terminal.styled("\(source.path):\(place)", .source)
      + terminal.styled("  score \(score)  chunk \(hit.chunk.id)", .dim) + "\n"
    if !source.title.isEmpty { text += "   " + terminal.styled(source.title, .bold) + "\n" }
    let excerpt = terminal.wrapped(Self.body(of: hit.chunk), indent: 3).split(separator: "\n")
    text += excerpt.prefix(Self.excerptLineCount).joined(separator: "\n")
    text += excerpt.count > Self.excerptLineCount ? " …\n" : "\n"
    for (lane, opinion) in (hit.lanes ?? [:]).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      text += terminal.styled(
        "   \(lane.rawValue): rank \(opinion.rank), score \(Figures.score(opinion.score)), adds "
          + "\(Figures.score(opinion.contribution))\n", .dim)
    }
    return text
  }

  /// The text on one line, without the heading that it begins with and that is shown already.
  private static func body(of chunk: Hit.ChunkReference) -> String {
    let text = Printable.line(chunk.text)
    let heading = Printable.line(chunk.headings.last ?? "") + " "
    return text.hasPrefix(heading) ? String(text.dropFirst(heading.count)) : text
  }
}
