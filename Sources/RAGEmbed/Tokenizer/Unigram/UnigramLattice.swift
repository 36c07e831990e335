/// Finds the most likely pieces of a word (Viterbi 1967) in buffers that are used again.
///
/// Place 0 is before the word's mark, place 1 before its first byte, place `1 + i` after its `i`-th
/// byte; a word without a mark starts at place 1.
final class UnigramLattice {
  /// The best way to a place: its score, the place before, and the token between.
  private struct Step {
    var score: Double
    var previous: Int32
    var token: Int32
  }

  private var steps: UnsafeMutablePointer<Step>
  private var capacity = 256
  /// The places of the best way, from the last.
  private var path: [Int32] = []

  init() { steps = .allocate(capacity: capacity) }

  deinit { steps.deallocate() }

  /// Cuts a word and emits its tokens.
  ///
  /// - Complexity: O(bytes of the word · longest piece).
  func cut(
    _ word: MetaspaceWords.Word, of text: borrowing NormalizedText, by model: UnigramModel,
    into sink: inout TokenSink
  ) {
    let end = word.rest.count + 1
    if end >= capacity { grow(to: end + 1) }
    let start = word.mark == nil ? 1 : 0
    text.bytes.withUnsafeBufferPointer { bytes in
      let rest = UnsafeBufferPointer(rebasing: bytes[word.rest])
      findPath(in: rest, from: start, to: end, model)
    }
    emit(word, of: text, from: start, to: end, model, &sink)
  }

  private func grow(to count: Int) {
    steps.deallocate()
    capacity = count * 2
    steps = .allocate(capacity: capacity)
  }

  private func findPath(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, _ model: UnigramModel
  ) {
    let steps = steps
    // Every place up to `end` is within capacity; -1 marks those that nothing leads to yet.
    for place in start...end { steps[place] = Step(score: 0, previous: -1, token: -1) }
    let trie = model.trie
    model.scores.withUnsafeBufferPointer { scores in
      @inline(__always)
      func offer(_ score: Double, _ token: Int32, from place: Int, to next: Int) {
        if steps[next].previous < 0 || score > steps[next].score {
          steps[next] = Step(score: score, previous: Int32(truncatingIfNeeded: place), token: token)
        }
      }
      var place = start
      while place < end {
        let best = steps[place].score
        var node: PieceTrie.Node
        var next: Int
        let single: Int
        if place == 0 {
          (node, next, single) = (model.markNode, 1, 1)
          let token = node == 0 ? -1 : PieceTrie.token(at: node)
          if token >= 0 {
            offer(best + scores[Int(token)], token, from: 0, to: 1)
          } else {
            offer(best + model.unknownScore, model.unknownToken, from: 0, to: 1)
          }
        } else {
          let lead = bytes[place - 1]
          let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
          (node, next, single) = (trie.root, place, place + length)
        }
        var hasSingle = place == 0
        while next < end, node != 0 {
          node = trie.child(of: node, by: bytes[next - 1])
          if node == 0 { break }
          next += 1
          let token = PieceTrie.token(at: node)
          if token >= 0 {
            offer(best + scores[Int(token)], token, from: place, to: next)
            if next == single { hasSingle = true }
          }
        }
        if !hasSingle {
          offer(best + model.unknownScore, model.unknownToken, from: place, to: single)
        }
        place = single
      }
    }
  }

  private func emit(
    _ word: MetaspaceWords.Word, of text: borrowing NormalizedText, from start: Int, to end: Int,
    _ model: UnigramModel, _ sink: inout TokenSink
  ) {
    path.removeAll(keepingCapacity: true)
    var place = end
    while place > start {
      path.append(Int32(truncatingIfNeeded: place))
      place = Int(steps[place].previous)
    }
    var index = path.count - 1
    while index >= 0 {
      let token = steps[Int(path[index])].token
      if token == model.unknownToken {
        let unknownStart = place
        // Unknown characters in a row are one.
        while index > 0, steps[Int(path[index - 1])].token == token { index -= 1 }
        emitUnknown(unknownStart..<Int(path[index]), word, of: text, model, &sink)
      } else {
        sink.emit(token, origin(of: place..<Int(path[index]), word, text))
      }
      place = Int(path[index])
      index -= 1
    }
  }

  private func emitUnknown(
    _ places: Range<Int>, _ word: MetaspaceWords.Word, of text: borrowing NormalizedText,
    _ model: UnigramModel, _ sink: inout TokenSink
  ) {
    var piece: [UInt8] = places.lowerBound == 0 ? model.words.mark : []
    let first = word.rest.lowerBound + max(places.lowerBound, 1) - 1
    piece += text.bytes[first..<(word.rest.lowerBound + places.upperBound - 1)]
    let range = sink.keepsRanges ? origin(of: places, word, text) : 0..<0
    if let token = model.trie.token(of: piece) {
      sink.emit(token, range)
    } else if !model.byteTokens.isEmpty,
      piece.allSatisfy({ model.byteTokens[Int($0)] >= 0 })
    {
      for byte in piece { sink.emit(model.byteTokens[Int(byte)], range) }
    } else {
      sink.emit(model.unknownToken, range)
    }
  }

  private func origin(
    of places: Range<Int>, _ word: MetaspaceWords.Word, _ text: borrowing NormalizedText
  ) -> Range<Int> {
    let rest = word.rest.lowerBound - 1
    guard places.lowerBound == 0, let mark = word.mark else {
      return text.origin(of: (rest + places.lowerBound)..<(rest + places.upperBound))
    }
    let origin = text.origin(of: mark)
    if places.upperBound == 1 { return origin }
    let upper = text.origin(of: word.rest.lowerBound..<(rest + places.upperBound)).upperBound
    return origin.lowerBound..<max(origin.lowerBound, upper)
  }
}
