/// Words that are not found as they stand: they are normalised into `word` first.
extension WordPieceScan {
  /// Takes the word that begins at `start`. Returns where it ends, which is at the latest where
  /// something stands that is no part of a word.
  @inline(never)
  mutating func scanWord(at start: Int) -> Int {
    var position = start
    while position < text.count {
      let byte = text[position]
      var kind = model.ascii.kinds[Int(byte)]
      if kind == .added {
        if model.addedTokens.match(in: text, at: position) != nil { break }
        kind = model.ascii.plainKinds[Int(byte)]
      }
      if kind == .letter {
        settleMarks()
        let scalar = EncodedScalar(ascii: model.ascii.folded[Int(byte)])
        append(scalar, from: position..<(position &+ 1))
        position &+= 1
      } else if kind == .skipped {
        position &+= 1
      } else if kind == .multibyte {
        let scalar = EncodedScalar(text, at: position)
        let end = position &+ scalar.byteCount
        guard take(scalar, from: position..<end) else { break }
        position = end
      } else {
        break
      }
    }
    settleMarks()
    endWord()
    return position
  }

  /// Adds what a scalar beyond ASCII becomes to the word; false where it ends the word.
  private mutating func take(_ scalar: EncodedScalar, from origin: Range<Int>) -> Bool {
    let entry = model.scalars[scalar.value]
    switch entry.kind {
    case .letter:
      settleMarks()
      append(entry.isSame ? scalar : EncodedScalar(entry.value), from: origin)
    case .single, .space: return false
    case .skipped: break
    case .starter: settleMarks()
    case .mark: appendMark(scalar.value, from: origin)
    case .several:
      let sequences = model.scalars.sequences
      let first = Int(entry.value) + 1
      for part in sequences[first..<first + Int(sequences[first - 1])] {
        // Parts are letters or marks.
        if model.scalars[part].kind == .mark {
          appendMark(part, from: origin)
        } else {
          settleMarks()
          append(EncodedScalar(part), from: origin)
        }
      }
    case .hangul:
      settleMarks()
      // Unicode Standard, section 3.12.
      let index = scalar.value - 0xAC00
      append(EncodedScalar(0x1100 + index / 588), from: origin)
      append(EncodedScalar(0x1161 + index % 588 / 28), from: origin)
      if index % 28 > 0 { append(EncodedScalar(0x11A7 + index % 28), from: origin) }
    }
    return true
  }

  private mutating func appendMark(_ scalar: UInt32, from origin: Range<Int>) {
    scratch.append(
      .init(order: ScalarTable.combiningClass(scalar), scalar: scalar, origin: origin))
  }

  /// Adds the marks that wait for it, in canonical order (Unicode Standard, D109).
  @inline(__always)
  private mutating func settleMarks() {
    if scratch.marks.isEmpty { return }
    sortMarks()
  }

  private mutating func sortMarks() {
    let marks = scratch.marks
    // They may change places, so all of a run share what the run came from.
    let start = marks.map(\.origin.lowerBound).min() ?? 0
    let end = marks.map(\.origin.upperBound).max() ?? start
    // Class by class: there are few, but a hostile text may have many marks.
    var order: UInt8 = 0
    while let next = marks.lazy.map(\.order).filter({ $0 > order }).min() {
      for mark in marks where mark.order == next {
        append(EncodedScalar(mark.scalar), from: start..<end)
      }
      order = next
    }
    scratch.removeMarks()
  }

  /// Adds a scalar in its final form to the word.
  @inline(__always)
  private mutating func append(_ scalar: EncodedScalar, from origin: Range<Int>) {
    if scalarCount == 0 { wordStart = origin.lowerBound }
    scalarCount &+= 1
    wordEnd = max(wordEnd, origin.upperBound)
    guard scalarCount <= model.maximumWordLength else { return }
    // Room for the scalar, and for what is read behind it.
    if byteCount &+ 32 > scratch.wordCapacity { growWord() }
    if keepsRanges {
      let isNext = wordStart &+ byteCount == origin.lowerBound
      if isVerbatim, !isNext || scalar.byteCount != origin.count { writeOrigins() }
      if !isVerbatim {
        for index in 0..<scalar.byteCount { scratch.origins[byteCount &+ index] = origin }
      }
    }
    UnsafeMutableRawPointer(word + byteCount).storeBytes(
      of: scalar.bytes.littleEndian, as: UInt32.self)
    byteCount &+= scalar.byteCount
  }

  private mutating func growWord() {
    scratch.growWord(from: byteCount)
    word = scratch.word
  }

  /// Writes down the origins that were implied so far.
  private mutating func writeOrigins() {
    isVerbatim = false
    for index in 0..<byteCount {
      scratch.origins[index] = (wordStart &+ index)..<(wordStart &+ index &+ 1)
    }
  }

  private mutating func endWord() {
    if scalarCount == 0 { return }
    if scalarCount <= model.maximumWordLength {
      cutWord()
    } else {
      emit(model.unknownToken, wordStart..<wordEnd)
    }
    byteCount = 0
    scalarCount = 0
    wordEnd = 0
    isVerbatim = true
  }
}
