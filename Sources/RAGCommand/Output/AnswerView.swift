import RAG

/// Shows an answer and its footnotes to people.
struct AnswerView {
  private let terminal: Terminal

  init(_ terminal: Terminal) { self.terminal = terminal }

  /// The text, wrapped.
  func text(of answer: Answer) -> String {
    terminal.wrapped(Printable.text(answer.text)) + "\n"
  }

  /// A line for each source that the answer cites: `[1] path:line  title › headings`.
  func footnotes(of answer: Answer, hits: [Hit]) -> String {
    var lines = ""
    for number in Set(answer.citations.map(\.number)).sorted() {
      let citations = answer.citations.filter { $0.number == number }
      guard let first = citations.first else { continue }
      var places: [String] = []
      for citation in citations {
        let place = String(citation.span.lines.lowerBound)
        if !places.contains(place) { places.append(place) }
      }
      let headings = hits.first { $0.rank == number }?.chunk.headings ?? []
      let source = SourceName(first.document, headings: headings)
      lines +=
        terminal.styled("[\(number)]", .bold) + " "
        + terminal.styled("\(source.path):\(places.joined(separator: ","))", .source)
      if !source.title.isEmpty { lines += "  \(source.title)" }
      if first.document.converter != nil { lines += "  (line of the converted text)" }
      for note in Self.notes(citations) { lines += "  (\(note))" }
      lines += "\n"
    }
    if answer.removedCitationCount > 0 {
      lines +=
        "(\(Figures.count(answer.removedCitationCount, "citation")) removed: no such source, or it does not say so)\n"
    }
    let unsupported = answer.unsupportedStatements.count
    if unsupported > 0 {
      lines += "(\(Figures.count(unsupported, "statement")) without a source)\n"
    }
    return lines.isEmpty ? "" : "\n" + lines
  }

  /// What there is to say against the citations of a source; nothing when all are proved word for
  /// word. What is true of some alone names their lines.
  private static func notes(_ citations: [Citation]) -> [String] {
    var notes: [String] = []
    let statuses = citations.map(\.status)
    if statuses.contains(.sourceGone) {
      notes.append("the source is gone, or cannot be read")
    } else if statuses.contains(.sourceChanged) {
      notes.append("the source has changed since it was ingested")
    } else if statuses.contains(.unverified) {
      notes.append("not checked")
    }
    for (support, note) in [
      (CitationSupport.unjudged, "whether it says so was not judged"), (.similar, "in other words"),
    ] {
      let weaker = citations.filter { $0.support == support }
      if weaker.isEmpty { continue }
      let lines = Set(weaker.map(\.span.lines.lowerBound)).sorted().map(String.init)
      let places = "line\(lines.count > 1 ? "s" : "") \(lines.joined(separator: ","))"
      notes.append(weaker.count == citations.count ? note : "\(places): \(note)")
    }
    return notes
  }
}
