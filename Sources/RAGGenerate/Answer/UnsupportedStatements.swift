import RAGCore

extension Answer {
  /// The statements of the text that no citation supports, in their order. What says nothing of the
  /// matter is none: a heading, the head of a table, what ends in a colon, a question, code, thanks, or
  /// that the sources lack something.
  public var unsupportedStatements: [String] {
    guard !abstained else { return [] }
    var shown = Array(text.utf8)
    var bytes = shown
    for citation in citations {
      // A marker behind its statement is no part of the next one; one before it begins one.
      let isBefore = citation.statement.upperBound > citation.marker.upperBound
      for offset in citation.marker {
        bytes[offset] = UInt8(ascii: isBefore ? "X" : " ")
        shown[offset] = UInt8(ascii: " ")
      }
    }
    var unsupported: [String] = []
    for line in lines(of: bytes) where Self.mayState(bytes[line]) {
      for sentence in SentenceSplitter.ranges(in: String(decoding: bytes[line], as: UTF8.self)) {
        let place = line.lowerBound + sentence.lowerBound..<line.lowerBound + sentence.upperBound
        if citations.contains(where: { $0.statement.overlaps(place) }) { continue }
        let text = String(decoding: shown[place], as: UTF8.self).trimming(\.isWhitespace)
        if Self.statesSomething(String(text)) { unsupported.append(String(text)) }
      }
    }
    return unsupported
  }

  /// The lines outside of code, without the heads of tables; those that only the width of a page parts
  /// are one.
  private func lines(of bytes: [UInt8]) -> [Range<Int>] {
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { $0.startIndex..<$0.endIndex }
    let markerEnds = Set(citations.map(\.marker.upperBound))
    var fence: Substring?
    var found: [Range<Int>] = []
    var last: String?
    for (index, line) in lines.enumerated() {
      let text = String(decoding: bytes[line], as: UTF8.self)
      let mark = Self.fence(of: text)
      if let mark, fence == nil || fence == mark { fence = fence == nil ? mark : nil }
      let next = index + 1 < lines.count ? bytes[lines[index + 1]] : []
      let isHead = next.first == UInt8(ascii: "|") && next.allSatisfy("|-: ".utf8.contains)
      if mark != nil || fence != nil || isHead {
        last = nil
        continue
      }
      if let last, Self.goesOn(last, with: text), let before = found.popLast() {
        found.append(before.lowerBound..<line.upperBound)
      } else {
        found.append(line)
      }
      // A marker ends what it stands behind.
      let end = bytes[line].lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? line.lowerBound
      last = markerEnds.contains { $0 >= end && line.contains($0 - 1) } ? nil : text
    }
    return found
  }

  /// What opens or closes code in a line: three backquotes or tildes or more.
  private static func fence(of line: String) -> Substring? {
    let start = line.drop { $0 == " " }
    guard let mark = start.first, mark == "`" || mark == "~" else { return nil }
    let fence = start.prefix { $0 == mark }
    return fence.count >= 3 && !start[fence.endIndex...].contains("`") ? fence : nil
  }

  private static func goesOn(_ line: String, with next: String) -> Bool {
    guard let end = line.last(where: { !$0.isWhitespace }), let start = next.first,
      !".!?:;。！？：；|".contains(end), !line.hasPrefix("#"),
      next.withoutListNumber.startIndex == next.startIndex,
      // "rent: 1,450 euros", and the next label
      !(line.contains(":") && next.contains(":"))
    else { return false }
    return start.isLowercase || ",，、".contains(end)
  }

  /// Whether a line is no heading.
  private static func mayState(_ line: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: line, as: UTF8.self)
    // "1. **Terms**"
    let item = text.withoutListNumber.trimming(" -".contains)
    let isBold =
      item.hasPrefix("**") && item.hasSuffix("**") && item.ranges(of: "**").count == 2
    guard text.hasPrefix("#") || isBold else { return true }
    return item.trimming("#* ".contains).last.map { ".!。！".contains($0) } == true
  }

  private static func statesSomething(_ sentence: String) -> Bool {
    let text = String(sentence.withoutListNumber)
    let end = text.last { !$0.isWhitespace && !"*_".contains($0) }
    if end.map({ ":：?？".contains($0) }) == true { return false }
    let count = InformativeWords.words(of: text).count
    // Few words say something with a number or an end: "It is 42", "Anna died."
    let isEnded = end.map { ".。".contains($0) } == true
    let least = text.contains(where: \.isNumber) ? 1 : isEnded ? 2 : 3
    return count >= least && !Formula.reference.covers(text) && !Formula.courtesy.covers(text)
      && !Lack.isAll(of: text)
  }
}

extension StringProtocol {
  fileprivate func trimming(_ isPart: (Character) -> Bool) -> SubSequence {
    let start = drop(while: isPart)
    return start.lastIndex { !isPart($0) }.map { start[...$0] } ?? start.prefix(0)
  }
}
