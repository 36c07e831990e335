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
