import RAGCore

/// HTML: a tree by libxml2, then text laid out as a reader sees it.
enum HTMLParser {
  /// Parses a decoded page.
  /// - Throws: ``RAGError`` of code `limitExceeded` over ``Limits/htmlNodeCount``.
  static func parse(
    _ decoded: DecodedSource, source: Document.Source, limits: Limits, content: PageContent
  ) throws -> Document {
    let markup = HTMLMarkup(decoded.bytes)
    let tree = try HTMLTreeBuilder.build(source: decoded.bytes, markup: markup, limits: limits)
    let metadata = HTMLMetadata(tree)
    let dropped = dropped(from: tree, metadata, content)
    let layout = HTMLLayout(tree, leavingOut: dropped ?? [])
    var source = source
    source.content = dropped == nil ? .full : .main
    var document = Document(
      source: source, text: layout.text, decoded: decoded, map: layout.map, blocks: layout.blocks,
      links: layout.links)
    metadata.apply(to: &document)
    if markup.cutCount > 0 {
      document.warnings.append(
        "\(markup.cutCount) comments, tags or quotations of the page never end; what follows "
          + "them was kept")
    }
    if markup.unclosedScriptByteCount > 0 {
      document.warnings.append(
        "a script or style sheet never ends; its \(markup.unclosedScriptByteCount) bytes, to the "
          + "end of the page, were left out")
    }
    return document
  }

  /// The nodes that are no part of the content; nil when the whole page is taken.
  private static func dropped(
    from tree: HTMLTree, _ metadata: HTMLMetadata, _ content: PageContent
  ) -> [Range<Int>]? {
    guard content != .full else { return nil }
    let main = MainContent(tree, title: metadata.titles, isArticle: metadata.isArticle)
    return content == .main || main.isWorthwhile ? main.droppedRanges : nil
  }
}
