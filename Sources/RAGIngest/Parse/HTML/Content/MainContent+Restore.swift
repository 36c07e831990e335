extension MainContent {
  /// Takes back, inside the root, all that only the names of classes called boilerplate, and what
  /// stands beside the text and is text itself; but no threads.
  mutating func restoreUnlessSemantic() {
    let root = range(of: root)
    for index in root { isDropped[index] = false }
    dropBoilerplate(in: root, anchors: []) { content, index in
      let hint = content.measure.hints[index]
      guard index != root.lowerBound, !hint.isDisjoint(with: .boilerplate) else { return false }
      return content.threads.contains(index)
        || (hint.contains(.semantic) && !content.isTextBeside(index))
    }
  }

  /// Takes back, inside the root, what stands between its prose and has text of its own, unless
  /// it is a thread or more than a plain word calls it boilerplate: a page that does not say that it
  /// is an article may be a manual, whose parts are named after what they are about.
  mutating func restoreBetweenProse() {
    let root = range(of: root)
    let kept = measure.blocks(in: root).filter { !isDropped[$0.nodes.lowerBound] }
    guard let last = kept.last(where: \.isProse)?.nodes.lowerBound else { return }
    let firstProse = kept.first(where: \.isProse)?.nodes.lowerBound ?? last
    let first = min(firstProse, kept.first { $0.kind == .heading }?.nodes.lowerBound ?? last)
    var index = root.lowerBound + 1
    while index < last {
      guard isDropped[index] else {
        index += 1
        continue
      }
      let range = range(of: index)
      // Beside the first paragraph stands what is beside the text; its author stands there too.
      let start = measure.hints[index].contains(.aside) ? first : firstProse
      if start < range.lowerBound, range.upperBound <= last, mayBeText(index) {
        for inner in range { isDropped[inner] = false }
        let known = measure.hints[index]
        dropBoilerplate(in: index + 1..<range.upperBound, anchors: []) { content, inner in
          // The title of a sidebar has its name.
          content.isSurelyBoilerplate(inner)
            && !known.isSuperset(of: content.measure.hints[inner].intersection(.boilerplate))
        }
      }
      index = range.upperBound
    }
    sumValues()
  }

  private func mayBeText(_ index: Int) -> Bool {
    !isSurelyBoilerplate(index) && holdsText(range(of: index), linkedShare: 4)
  }

  /// Whether a column beside the content is text: no list of links, and nothing to fill in.
  private func isTextBeside(_ index: Int) -> Bool {
    measure.hints[index].isSideText && holdsText(range(of: index), linkedShare: 2)
  }

  private func isSurelyBoilerplate(_ index: Int) -> Bool {
    let hint = measure.hints[index]
    guard !hint.isDisjoint(with: .boilerplate) else { return false }
    return hint.contains(.certain) || (hint.contains(.semantic) && !hint.isSideText)
      || threads.contains(index)
  }

  /// Whether a part has prose, code or a table, at most one byte of so many is linked, and there is
  /// nothing to fill in.
  private func holdsText(_ range: Range<Int>, linkedShare: Int) -> Bool {
    let linked = measure.linkedByteCount(range)
    guard linked * linkedShare <= linked + measure.plainByteCount(range) else { return false }
    return !measure.holdsControl(range) && measure.holdsTextBlock(range)
  }
}

extension ContentHint {
  /// Whether the tag or role says of the element no more than that it stands beside the content.
  fileprivate var isSideText: Bool {
    contains(.aside) && isDisjoint(with: [.navigation, .footer, .overlay])
  }
}
