/// The tokens that are found in a text as they stand, with what `tokenizer.json` says of the white
/// space and the words beside them.
struct AddedTokenMatcher: Sendable {
  struct Entry: Sendable, Hashable {
    var bytes: [UInt8]
    var token: Int32
    /// Only where no letter, digit or underscore stands beside it.
    var isWholeWord = false
    /// Takes the white space before it along.
    var takesSpaceBefore = false
    /// Takes the white space after it along.
    var takesSpaceAfter = false
  }

  /// A token and the bytes that it takes.
  struct Match: Sendable, Hashable {
    var token: Int32
    var range: Range<Int>
  }

  let entries: [Entry]
  private let trie: PieceTrie
  private let startsEntry: [Bool]

  init(_ entries: [Entry]) {
    self.entries = entries.filter { !$0.bytes.isEmpty }
    var pieces = ByteStrings()
    var starts = [Bool](repeating: false, count: 256)
    for entry in self.entries {
      pieces.append(entry.bytes)
      starts[Int(entry.bytes[0])] = true
    }
    trie = PieceTrie(pieces, tokens: self.entries.indices.map { Int32($0) })
    startsEntry = starts
  }

  var isEmpty: Bool { entries.isEmpty }

  /// Whether a token has white space inside, or at an end.
  var hasSpace: Bool {
    entries.contains { String(decoding: $0.bytes, as: UTF8.self).contains(where: \.isWhitespace) }
  }

  /// The leftmost match from `start` that begins before `end`, the longest there.
  ///
  /// White space before it is taken back to `start` at most.
  /// - Complexity: O(bytes up to the match · longest token).
  func firstMatch(
    in text: UnsafeBufferPointer<UInt8>, from start: Int, before end: Int
  ) -> Match? {
    if entries.isEmpty { return nil }
    return startsEntry.withUnsafeBufferPointer { startsEntry in
      var offset = start
      while offset < end {
        guard startsEntry[Int(text[offset])], let (entry, stop) = longest(in: text, at: offset)
        else {
          offset += 1
          continue
        }
        if entry.isWholeWord, !standsAlone(offset..<stop, in: text) {
          offset = stop
          continue
        }
        let lower = entry.takesSpaceBefore ? spaceStart(in: text, before: offset) : offset
        let upper = entry.takesSpaceAfter ? spaceEnd(in: text, after: stop) : stop
        return Match(token: entry.token, range: max(lower, start)..<upper)
      }
      return nil
    }
  }

  private func longest(
    in text: UnsafeBufferPointer<UInt8>, at offset: Int
  ) -> (entry: Entry, stop: Int)? {
    var node = trie.root
    var found: (entry: Entry, stop: Int)?
    var index = offset
    while index < text.count {
      node = trie.child(of: node, by: text[index])
      if node == 0 { break }
      index += 1
      let entry = PieceTrie.token(at: node)
      if entry >= 0 { found = (entries[Int(entry)], index) }
    }
    return found
  }

  private func standsAlone(_ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    let before = text.scalarStart(before: range.lowerBound).map { text.scalar(at: $0).value }
    let after = range.upperBound < text.count ? text.scalar(at: range.upperBound).value : nil
    return !(before?.isPartOfWord ?? false) && !(after?.isPartOfWord ?? false)
  }

  private func spaceStart(in text: UnsafeBufferPointer<UInt8>, before offset: Int) -> Int {
    var lower = offset
    while let start = text.scalarStart(before: lower),
      text.scalar(at: start).value.properties.isWhitespace
    {
      lower = start
    }
    return lower
  }

  private func spaceEnd(in text: UnsafeBufferPointer<UInt8>, after offset: Int) -> Int {
    var upper = offset
    while upper < text.count {
      let (scalar, length) = text.scalar(at: upper)
      guard scalar.properties.isWhitespace else { break }
      upper += length
    }
    return upper
  }
}

extension Unicode.Scalar {
  /// What regular expressions call `\w` (Unicode Technical Standard 18, annex C).
  fileprivate var isPartOfWord: Bool {
    if properties.isAlphabetic || properties.isJoinControl { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return false
    }
  }
}
