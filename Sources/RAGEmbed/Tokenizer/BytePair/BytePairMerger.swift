/// Merges the bytes of one word, in buffers that are used again.
final class BytePairMerger {
  /// A token and the bytes of the word that it stands for.
  struct Symbol {
    var token: Int32
    var start: Int32
    var end: Int32
  }

  /// Longer words are merged with a heap.
  private static let shortCount = 48
  private static let noRank = UInt32.max

  /// The tokens of the word, in order.
  private(set) var symbols: [Symbol] = []
  /// The rank of each symbol's merge with the next.
  private var ranks: [UInt32] = []
  private var heap = MergeHeap()
  private var previous: [Int32] = []
  private var next: [Int32] = []

  /// Merges a word, with a space put before it or not. Its places count from that space.
  ///
  /// - Complexity: O(n log n) for n bytes.
  func merge(
    _ word: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>, spaceBefore: Bool,
    by model: BytePairModel
  ) {
    symbols.removeAll(keepingCapacity: true)
    let word = UnsafeBufferPointer(rebasing: bytes[word])
    if model.ignoresMerges, let token = wholeToken(word, spaceBefore, model) {
      let count = word.count + (spaceBefore ? 1 : 0)
      symbols.append(Symbol(token: token, start: 0, end: Int32(truncatingIfNeeded: count)))
      return
    }
    if model.words.isByteLevel {
      if spaceBefore { append(0x20, at: 0, model) }
      let shift = spaceBefore ? 1 : 0
      for (index, byte) in word.enumerated() { append(byte, at: index + shift, model) }
    } else {
      appendCharacters(word, model)
    }
    if symbols.count < 2 { return }
    if symbols.count <= Self.shortCount {
      mergeShort(model.merges)
    } else {
      mergeLong(model.merges)
    }
  }

  private func wholeToken(
    _ word: UnsafeBufferPointer<UInt8>, _ spaceBefore: Bool, _ model: BytePairModel
  ) -> Int32? {
    var node = model.trie.root
    if spaceBefore { node = model.trie.child(of: node, by: 0x20) }
    for byte in word {
      if node == 0 { return nil }
      node = model.trie.child(of: node, by: byte)
    }
    let token = node == 0 ? -1 : PieceTrie.token(at: node)
    return token < 0 ? nil : token
  }

  private func append(_ byte: UInt8, at place: Int, _ model: BytePairModel) {
    let token = model.byteTokens[Int(byte)]
    append(token, place..<(place + 1), model)
  }

  private func appendCharacters(_ word: UnsafeBufferPointer<UInt8>, _ model: BytePairModel) {
    var offset = 0
    while offset < word.count {
      let range = offset..<(offset + word.scalar(at: offset).length)
      offset = range.upperBound
      let token = model.trie.token(of: UnsafeBufferPointer(rebasing: word[range])) ?? -1
      if token < 0, !model.byteTokens.isEmpty {
        for index in range { append(word[index], at: index, model) }
      } else {
        append(token, range, model)
      }
    }
  }

  private func append(_ token: Int32, _ range: Range<Int>, _ model: BytePairModel) {
    let end = Int32(truncatingIfNeeded: range.upperBound)
    var token = token
    if token < 0 {
      token = model.unknownToken
      if token < 0 { return }
      if model.joinsUnknown, let last = symbols.last, last.token == token {
        symbols[symbols.count - 1].end = end
        return
      }
    }
    symbols.append(
      Symbol(token: token, start: Int32(truncatingIfNeeded: range.lowerBound), end: end))
  }

  /// Looks through all pairs for the next merge: quadratic, but the fastest for words.
  private func mergeShort(_ merges: MergeTable) {
    var count = symbols.count
    ranks.removeAll(keepingCapacity: true)
    symbols.withUnsafeMutableBufferPointer { symbols in
      for index in 0..<(count - 1) {
        ranks.append(
          merges.merge(symbols[index].token, symbols[index + 1].token)?.rank ?? Self.noRank)
      }
      ranks.withUnsafeMutableBufferPointer { ranks in
        while count > 1 {
          var best = 0
          for index in 1..<(count - 1) where ranks[index] < ranks[best] { best = index }
          guard ranks[best] != Self.noRank,
            let merge = merges.merge(symbols[best].token, symbols[best + 1].token)
          else { break }
          symbols[best].token = merge.token
          symbols[best].end = symbols[best + 1].end
          count -= 1
          for index in (best + 1)..<max(count, best + 1) { symbols[index] = symbols[index + 1] }
          for index in best..<max(count - 1, best) { ranks[index] = ranks[index + 1] }
          if best > 0 { ranks[best - 1] = rank(best - 1, symbols, merges) }
          if best < count - 1 { ranks[best] = rank(best, symbols, merges) }
        }
      }
    }
    symbols.removeSubrange(count...)
  }

  private func rank(
    _ index: Int, _ symbols: UnsafeMutableBufferPointer<Symbol>, _ merges: MergeTable
  ) -> UInt32 {
    merges.merge(symbols[index].token, symbols[index + 1].token)?.rank ?? Self.noRank
  }

  /// Keeps the pairs in a heap and the symbols in a linked list.
  private func mergeLong(_ merges: MergeTable) {
    let count = symbols.count
    previous.removeAll(keepingCapacity: true)
    next.removeAll(keepingCapacity: true)
    for index in Int32(0)..<Int32(truncatingIfNeeded: count) {
      previous.append(index - 1)
      next.append(index + 1)
    }
    heap.removeAll()
    for index in 0..<(count - 1) { offer(index, index + 1, merges) }
    while let (rank, place) = heap.popLeast() {
      let left = Int(place)
      let right = Int(next[left])
      // A symbol that went into another one has no place; and a pair may have changed since.
      guard symbols[left].token >= 0, right < count,
        let merge = merges.merge(symbols[left].token, symbols[right].token), merge.rank == rank
      else { continue }
      symbols[left].token = merge.token
      symbols[left].end = symbols[right].end
      symbols[right].token = -1
      next[left] = next[right]
      if Int(next[left]) < count {
        previous[Int(next[left])] = Int32(truncatingIfNeeded: left)
        offer(left, Int(next[left]), merges)
      }
      if previous[left] >= 0 { offer(Int(previous[left]), left, merges) }
    }
    symbols.removeAll { $0.token < 0 }
  }

  private func offer(_ left: Int, _ right: Int, _ merges: MergeTable) {
    guard let merge = merges.merge(symbols[left].token, symbols[right].token) else { return }
    heap.insert(rank: merge.rank, place: UInt32(truncatingIfNeeded: left))
  }
}
