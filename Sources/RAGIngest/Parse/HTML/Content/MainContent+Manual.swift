extension MainContent {
  /// Looks whether an article that was found is one of a manual, where every part is text; in one
  /// that the page does not declare, and in one that may be either, parts of the text are taken
  /// back.
  mutating func lookForManual(isDeclared: Bool) {
    let isManual = namesDocumentationTool || linksToOwnSections
    if isManual, !isDeclared {
      isArticle = false
      widenRoot()
    } else if isManual || !isDeclared {
      restoreBetweenProse()
    }
  }

  /// Takes the element for the content that the root is in.
  private mutating func widenRoot() {
    let found = root
    for index in 0...found where range(of: index).contains(found) {
      if tree.nodes[index].tag == .article || measure.hints[index].contains(.main) { root = index }
    }
  }

  private var namesDocumentationTool: Bool {
    for (index, node) in tree.nodes.enumerated() {
      if node.tag == .body { return false }
      guard node.tag == .meta, let name = tree.attribute(.name, of: index),
        name.lowercased() == "generator",
        let content = tree.attribute(.content, of: index)?.lowercased()
      else { continue }
      if Self.documentationTools.contains(where: content.contains) { return true }
    }
    return false
  }

  /// Tools that write manuals, and blogs only beside them, which declare their articles.
  private static let documentationTools = [
    "asciidoctor", "docbook", "docfx", "docusaurus", "docutils", "doxygen", "gitbook", "javadoc",
    "jsdoc", "mdbook", "mkdocs", "phpdocumentor", "rustdoc", "sphinx", "starlight", "texinfo",
    "typedoc", "vitepress", "vuepress",
  ]

  /// Links that are looked at.
  private static let linkLimit = 256

  /// Whether two headings link to themselves, or the page links to three sections of the root.
  private var linksToOwnSections: Bool {
    let root = range(of: root)
    var targets: Set<[UInt8]> = []
    var permalinkCount = 0
    var headingEnd = 0
    for (index, node) in tree.nodes.enumerated() {
      if root.contains(index), Self.isHeading(node.tag) { headingEnd = Int(node.end) }
      guard node.tag == .a, let target = tree.attributeBytes(.href, of: index),
        target.count > 1, target.first == UInt8(ascii: "#")
      else { continue }
      targets.insert(Array(target.dropFirst()))
      // In the heading, or right behind it.
      if index <= headingEnd { permalinkCount += 1 }
      if permalinkCount > 1 { return true }
      if targets.count == Self.linkLimit { break }
    }
    guard targets.count > 2 else { return false }
    var sectionCount = 0
    for index in root where tree.hasAttributes(index) {
      guard let name = tree.attributeBytes(.id, of: index) ?? tree.attributeBytes(.name, of: index),
        targets.contains(Array(name)), beginsSection(index)
      else { continue }
      targets.remove(Array(name))
      sectionCount += 1
      if sectionCount > 2 { return true }
    }
    return false
  }

  /// Whether an element is a section, or stands where a heading does.
  private func beginsSection(_ index: Int) -> Bool {
    tree.nodes[index].tag == .section
      || tree.nodes[max(0, index - 2)..<min(index + 6, tree.nodes.count)].contains {
        Self.isHeading($0.tag)
      }
  }

  private static func isHeading(_ tag: HTMLTag) -> Bool { tag.headingLevel != nil || tag == .dt }
}
