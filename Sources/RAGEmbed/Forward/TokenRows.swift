/// The tokens of several texts end to end: the rows of a forward pass.
package struct TokenRows: Sendable {
  package private(set) var tokens: [Int32] = []
  /// Where each text starts, and where the last one ends.
  package private(set) var starts = [0]

  package init() {}

  package var textCount: Int { starts.count - 1 }
  package var rowCount: Int { tokens.count }

  package func rows(ofText index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }

  /// Adds the text whose tokens `append` appends.
  package mutating func appendText(_ append: (inout [Int32]) -> Void) {
    append(&tokens)
    starts.append(tokens.count)
  }

  mutating func append(_ other: TokenRows) {
    let offset = tokens.count
    tokens += other.tokens
    starts += other.starts.dropFirst().map { offset + $0 }
  }
}
