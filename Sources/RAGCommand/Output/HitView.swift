import RAG

/// Shows hits to people: place, headings, the beginning of the text, evidence.
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
    // Not the score, which orders the hits of one search and says no more.
    var facts = hit.evidence.map { "  evidence \(Figures.evidence($0))" } ?? ""
    facts += "  chunk \(hit.chunk.id)"
    if let context = hit.context { facts += "  in lines \(Self.place(of: context.span))" }
    var text =
      terminal.styled("\(hit.rank).", .bold) + " "
      + terminal.styled("\(source.path):\(Self.place(of: hit.span))", .source)
      + terminal.styled(facts, .dim) + "\n"
    if !source.title.isEmpty { text += "   " + terminal.styled(source.title, .bold) + "\n" }
    let excerpt = terminal.wrapped(Self.body(of: hit.chunk), indent: 3).split(separator: "\n")
    text += excerpt.prefix(Self.excerptLineCount).joined(separator: "\n")
    text += excerpt.count > Self.excerptLineCount ? " …\n" : "\n"
    if hit.lanes != nil {
      text += terminal.styled("   ranked by score \(Figures.score(hit.score))\n", .dim)
    }
    for (lane, opinion) in (hit.lanes ?? [:]).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      text += terminal.styled(
        "   \(lane.rawValue): rank \(opinion.rank), score \(Figures.score(opinion.score)), adds "
          + "\(Figures.score(opinion.contribution))\n", .dim)
    }
    return text
  }

  private static func place(of span: Span) -> String {
    let lines = span.lines
    return lines.count == 1 ? "\(lines.lowerBound)" : "\(lines.lowerBound)-\(lines.upperBound)"
  }

  /// The text on one line, without the heading that it begins with and that is shown already.
  private static func body(of chunk: Hit.ChunkReference) -> String {
    let text = Printable.line(chunk.text)
    let heading = Printable.line(chunk.headings.last ?? "") + " "
    return text.hasPrefix(heading) ? String(text.dropFirst(heading.count)) : text
  }
}
