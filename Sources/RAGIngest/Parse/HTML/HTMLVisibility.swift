/// Tells what a reader of the page does not see, as far as the markup alone says so.
enum HTMLVisibility {
  /// Whether an element and all inside are left out of the text.
  static func isHidden(_ index: Int, in tree: HTMLTree) -> Bool {
    let tag = tree.nodes[index].tag
    if tag.isDropped { return true }
    if tag == .dialog { return tree.attribute(.open, of: index) == nil }
    // Pages hide their body until a script has run.
    guard tree.hasAttributes(index), tag != .html, tag != .body else { return false }
    if let hidden = tree.attribute(.hidden, of: index), hidden.lowercased() != "until-found" {
      return true
    }
    if let style = tree.attribute(.style, of: index) {
      let letters = style.utf8.filter { $0 > 0x20 }
      let rules = String(decoding: letters, as: UTF8.self).lowercased()
      if rules.contains("display:none") || rules.contains("visibility:hidden") { return true }
    }
    // Icons and second copies of formulas. Whole sections carry it while a dialog is open, and
    // readers see those.
    return !tag.isBlock && tree.attribute(.ariaHidden, of: index)?.lowercased() == "true"
  }
}
