/// A parsed page as a flat list of nodes in document order.
///
/// A node's descendants follow it directly, up to its `end`: a subtree is a range of indices, and
/// no walk needs recursion. What decides which parts of a page are content reads this tree before
/// ``HTMLLayout`` makes the text.
struct HTMLTree {
  /// An element or a piece of text.
  struct Node {
    var tag: HTMLTag
    /// Index after the last descendant.
    var end: Int32
    /// For text: byte offsets in the decoded source. For elements: indices of the attributes.
    var lower: Int32
    var upper: Int32

    var range: Range<Int> { Int(lower)..<Int(upper) }
  }

  private struct Attribute {
    var name: HTMLAttributeName
    /// Offsets in `attributeBytes`.
    var lower: Int32
    var upper: Int32
  }

  /// The page as valid UTF-8, which text nodes point into.
  let source: [UInt8]
  private(set) var nodes: [Node] = []
  private var attributes: [Attribute] = []
  /// The values as the parser gave them, references still hidden (see ``HTMLMarkup``).
  private var attributeBytes: [UInt8] = []
  private var open: [Int32] = []

  init(source: [UInt8]) {
    self.source = source
  }

  /// The value of an element's attribute, references resolved; empty when it has no value.
  func attribute(_ name: HTMLAttributeName, of index: Int) -> String? {
    let node = nodes[index]
    guard node.tag != .text else { return nil }
    for attribute in attributes[node.range] where attribute.name == name {
      let value = attributeBytes[Int(attribute.lower)..<Int(attribute.upper)]
      guard value.contains(HTMLMarkup.hiddenAmpersand) else {
        return String(decoding: value, as: UTF8.self)
      }
      return CharacterReference.resolve(
        value.map { $0 == HTMLMarkup.hiddenAmpersand ? UInt8(ascii: "&") : $0 }, isAttribute: true)
    }
    return nil
  }

  /// The bytes of an element's attribute as the parser gave them, references still hidden.
  func attributeBytes(_ name: HTMLAttributeName, of index: Int) -> ArraySlice<UInt8>? {
    let node = nodes[index]
    guard node.tag != .text else { return nil }
    for attribute in attributes[node.range] where attribute.name == name {
      return attributeBytes[Int(attribute.lower)..<Int(attribute.upper)]
    }
    return nil
  }

  func hasAttributes(_ index: Int) -> Bool { nodes[index].lower < nodes[index].upper }

  /// Nodes of a short text.
  static let shortNodeCount = 64
  private static let shortByteCount = 512

  /// The words inside an element up to the first block, one space between each two, or nil when
  /// there are none.
  func words(of index: Int) -> String? {
    words(in: index + 1..<max(index + 1, Int(nodes[index].end)), byteLimit: .max)
  }

  /// The words inside an element that may hold others of its kind: nil, too, when there are many.
  func shortWords(of index: Int) -> String? {
    let count = Int(nodes[index].end) - index - 1
    guard count <= Self.shortNodeCount else { return nil }
    return words(in: index + 1..<index + 1 + max(0, count), byteLimit: Self.shortByteCount)
  }

  private func words(in range: Range<Int>, byteLimit: Int) -> String? {
    var text = ""
    var byteCount = 0
    for node in nodes[range] {
      if node.tag.isBlock { break }
      guard node.tag == .text else { continue }
      byteCount += node.range.count
      guard byteCount <= byteLimit else { return nil }
      text += CharacterReference.resolve(Array(source[node.range]))
    }
    return text.collapsingSpaces()
  }

  // MARK: Building

  mutating func openElement(_ tag: HTMLTag) {
    let start = Int32(attributes.count)
    open.append(Int32(nodes.count))
    nodes.append(Node(tag: tag, end: 0, lower: start, upper: start))
  }

  /// Gives the element opened last an attribute.
  mutating func addAttribute(_ name: HTMLAttributeName, _ value: UnsafeBufferPointer<UInt8>) {
    guard !nodes.isEmpty else { return }
    let start = Int32(attributeBytes.count)
    attributeBytes.append(contentsOf: value)
    attributes.append(
      Attribute(name: name, lower: start, upper: Int32(attributeBytes.count)))
    nodes[nodes.count - 1].upper += 1
  }

  mutating func closeElement() {
    guard let index = open.popLast() else { return }
    nodes[Int(index)].end = Int32(nodes.count)
  }

  /// Adds text, joined to text that ends where it starts: nothing stands between them in the
  /// source. Returns whether it made a new node.
  mutating func addText(_ range: Range<Int>) -> Bool {
    if let last = nodes.last, last.tag == .text, Int(last.upper) == range.lowerBound {
      nodes[nodes.count - 1].upper = Int32(range.upperBound)
      return false
    }
    nodes.append(
      Node(
        tag: .text, end: Int32(nodes.count + 1), lower: Int32(range.lowerBound),
        upper: Int32(range.upperBound)))
    return true
  }

  /// How many elements are open.
  var depth: Int { open.count }

  /// The innermost open element.
  var openTag: HTMLTag? { open.last.map { nodes[Int($0)].tag } }

  /// Closes what is still open.
  mutating func finish() {
    while !open.isEmpty { closeElement() }
  }
}
