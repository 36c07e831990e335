/// Finds the main content of a page: its article without what surrounds it.
///
/// A page is cut into blocks, of which the prose counts for the parts that hold it and the links
/// against them. What the names of elements call boilerplate goes; then the smallest part that
/// holds nearly all of the rest is the root; inside it, lists of links and what frames the text go.
struct MainContent {
  let tree: HTMLTree
  let measure: ContentMeasure
  let titleHeading: Int?
  /// By node, whether it is left out. Marks whole subtrees, and the nodes of single blocks.
  var isDropped: [Bool]
  /// The lists of what readers wrote below a text; none in a page that is made of that.
  var threads: Set<Int> = []
  /// By node, the sum of the values of the blocks before it that are not left out.
  private(set) var valueBefore: [Int32] = []
  var root = 0
  /// Whether the page says that it is an article, or looks as one.
  var isArticle: Bool
  /// The value of the page as it is.
  let total: Int
  /// The value of what is left without boilerplate.
  var keptTotal = 0

  /// Prose of fewer bytes is no article; a page that has no more is taken whole.
  static let leastValue = 140

  /// Finds the main content.
  /// - Complexity: O(bytes of the page).
  init(_ tree: HTMLTree, title: PageTitle, isArticle: Bool) {
    self.tree = tree
    self.isArticle = isArticle
    measure = ContentMeasure(tree)
    titleHeading = title.heading(in: tree)
    isDropped = Array(repeating: false, count: tree.nodes.count)
    total = measure.blocks.reduce(0) { $0 + max($1.value, 0) }
    sumValues()
    guard total >= Self.leastValue else { return }
    dropBoilerplate()
    sumValues()
    findRoot()
    if self.isArticle { lookForManual(isDeclared: isArticle) }
    if self.isArticle {
      refine()
    } else {
      // In a manual or a list, links are what the page is for.
      restoreUnlessSemantic()
    }
  }

  /// Whether leaving out the rest makes the page better and loses no text: it has an article, or
  /// an element of its own for the content and no prose beside it.
  var isWorthwhile: Bool {
    guard total >= Self.leastValue else { return false }
    guard !isArticle else { return true }
    let isNamed = tree.nodes[root].tag == .article || measure.hints[root].contains(.main)
    return isNamed && value(range(of: root)) * 5 >= keptTotal * 4
  }

  /// The nodes that are left out, as ranges in order.
  /// - Complexity: O(nodes).
  var droppedRanges: [Range<Int>] {
    guard total >= Self.leastValue else { return [] }
    var ranges: [Range<Int>] = []
    let rootRange = range(of: root)
    var index = 0
    while index < tree.nodes.count {
      let end = Int(tree.nodes[index].end)
      let isAround = index <= root && root < end
      let isInside = rootRange.contains(index)
      if isAround || (isInside && !isDropped[index]) {
        index += 1
        continue
      }
      let next = isInside ? index + 1 : end
      if let last = ranges.last, last.upperBound == index {
        ranges[ranges.count - 1] = last.lowerBound..<next
      } else {
        ranges.append(index..<next)
      }
      index = next
    }
    return ranges
  }

  // MARK: Sums

  func range(of index: Int) -> Range<Int> {
    tree.nodes.isEmpty ? 0..<0 : index..<Int(tree.nodes[index].end)
  }

  func value(_ range: Range<Int>) -> Int {
    Int(valueBefore[range.upperBound] - valueBefore[range.lowerBound])
  }

  /// Sums the blocks that are left.
  mutating func sumValues() {
    var values = [Int32](repeating: 0, count: tree.nodes.count + 1)
    for block in measure.blocks where !isDropped[block.nodes.lowerBound] {
      values[block.nodes.lowerBound + 1] = Int32(clamping: block.value)
    }
    for index in 1..<values.count { values[index] &+= values[index - 1] }
    valueBefore = values
  }

  mutating func drop(_ range: Range<Int>) {
    for index in range { isDropped[index] = true }
  }
}
