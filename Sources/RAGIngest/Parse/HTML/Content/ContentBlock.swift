/// A run of text between two places where blocks begin or end.
struct ContentBlock {
  /// The nodes of the run; no block element is among them.
  var nodes: Range<Int>
  /// The block element around it.
  var container: Int
  var kind: Kind
  /// Bytes of text without white space, outside and inside links.
  var plainByteCount = 0
  var linkedByteCount = 0
  /// Marks that end or join clauses.
  var markCount = 0

  enum Kind {
    case paragraph, heading, item, cell, code
    /// Text that stands in a `div` or the like.
    case bare
  }

  var byteCount: Int { plainByteCount + linkedByteCount }

  /// Whether most of the text is linked.
  var isLinks: Bool { linkedByteCount * 2 > byteCount }

  /// Whether the block reads as running text: sentences rather than labels.
  var isProse: Bool {
    switch kind {
    case .heading: false
    case .code: byteCount >= 20
    case .paragraph: !isLinks && (byteCount >= 60 || (byteCount >= 20 && markCount > 0))
    case .item, .cell, .bare:
      !isLinks && (byteCount >= 100 || (byteCount >= 40 && markCount > 0))
    }
  }

  /// What the block adds to the parts of the page that hold it: the length of its prose, or a
  /// fine for its links.
  var value: Int { isProse ? plainByteCount : -linkedByteCount / 2 }
}

extension ContentBlock.Kind {
  /// The kind of the blocks in an element, nil for that of what is around it.
  init?(_ tag: HTMLTag) {
    switch tag {
    case .p, .blockquote: self = .paragraph
    case .h1, .h2, .h3, .h4, .h5, .h6: self = .heading
    case .li, .dd, .dt: self = .item
    case .td, .th, .caption: self = .cell
    case .pre, .listing, .xmp, .plaintext: self = .code
    case _ where tag.isBlock: self = .bare
    default: return nil
    }
  }
}
