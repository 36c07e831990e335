import RAGCore

extension Document {
  /// The words of the first heading of level 1, else of the first heading.
  var firstHeading: String? {
    let headings = blocks.filter { if case .heading = $0.kind { true } else { false } }
    let first = headings.first { $0.kind == .heading(level: 1) } ?? headings.first
    return first.map { text.collapsed($0.range) }
  }
}
