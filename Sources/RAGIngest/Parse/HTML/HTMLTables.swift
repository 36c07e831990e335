/// Tells tables of data from tables that only place parts of a page.
enum HTMLTables {
  private struct OpenTable {
    var index: Int
    var end: Int32
    var isLayout: Bool
    var hasWideRow = false
    var cellsInRow = 0
    var paragraphsInCell = 0
    var itemsInCell = 0
  }

  /// A cell with more list items than this is a list with a frame rather than a value.
  private static let itemLimit = 12

  /// The indices of the tables of data: some row has two cells, and no cell holds headings, code,
  /// a table, several paragraphs or other parts of a page.
  /// - Complexity: O(nodes).
  static func dataTables(in tree: HTMLTree) -> Set<Int> {
    var tables: Set<Int> = []
    var open: [OpenTable] = []
    func close(before index: Int) {
      while let table = open.last, Int(table.end) <= index {
        if !table.isLayout, table.hasWideRow { tables.insert(table.index) }
        open.removeLast()
      }
    }
    for (index, node) in tree.nodes.enumerated() {
      if !open.isEmpty { close(before: index) }
      if node.tag == .table {
        if !open.isEmpty { open[open.count - 1].isLayout = true }
        let role = tree.attribute(.role, of: index)
        let isLayout = role == "presentation" || role == "none"
        open.append(OpenTable(index: index, end: node.end, isLayout: isLayout))
        continue
      }
      guard let last = open.indices.last else { continue }
      note(node.tag, in: &open[last])
    }
    close(before: tree.nodes.count)
    return tables
  }

  private static func note(_ tag: HTMLTag, in table: inout OpenTable) {
    switch tag {
    case .tr: table.cellsInRow = 0
    case .td, .th:
      table.cellsInRow += 1
      if table.cellsInRow > 1 { table.hasWideRow = true }
      table.paragraphsInCell = 0
      table.itemsInCell = 0
    case .p:
      table.paragraphsInCell += 1
      if table.paragraphsInCell > 1 { table.isLayout = true }
    case .li, .dd:
      table.itemsInCell += 1
      if table.itemsInCell > itemLimit { table.isLayout = true }
    case .h1, .h2, .h3, .h4, .h5, .h6, .pre, .listing, .xmp, .blockquote, .hr, .article, .section,
      .main, .nav, .header, .footer, .aside, .figure, .details, .fieldset:
      table.isLayout = true
    default: break
    }
  }
}
