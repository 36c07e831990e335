/// Tells what says that the sources lack something, which none of them can support.
enum Lack {
  /// A clause of fewer informative words says nothing beside it, unless it has a number.
  private static let wordCount = 3

  /// Whether a sentence says that, and nothing else.
  static func isAll(of sentence: String) -> Bool {
    let text = sentence.lowercased().replacing("’", with: "'")
    guard isSaid(in: text) else { return false }
    return text.split(separator: joints).allSatisfy { clause in
      let clause = String(clause)
      let addition = clause.split(separator: additions).dropFirst().first(where: saysNumber)
      if isSaid(in: clause) { return addition == nil }
      if saysNumber(clause[...]) { return false }
      return InformativeWords.words(of: clause).count < wordCount
        || Formula.reference.covers(clause)
        || clause.prefixMatch(of: topic) != nil
    }
  }

  /// Whether a clause gives a number that is more than a name of what is lacking, such as a year.
  private static func saysNumber(_ clause: Substring) -> Bool {
    let words = InformativeWords.words(of: String(clause))
    return words.count > 1 && words.contains { $0.allSatisfy(\.isWholeNumber) }
  }

  private static func isSaid(in text: String) -> Bool {
    text.contains(english) || text.contains(german) || text.contains(chinese)
  }

  // Regular expressions are parsed each time that they are written within a function.
  private nonisolated(unsafe) static let joints =
    #/
    [,;:]\s|[，；：(（—–]|\s-\s
    |\s(?:but|although|though|however|whereas|while|so|aber|obwohl|sondern)\s
    /#
  private nonisolated(unsafe) static let topic =
    #/
    \s*(?:(?:regarding|concerning|as\ for|about|bezüglich|hinsichtlich)\b
      |(?:who|what|when|where|how|why|whether|wer|was|wann|wo|wie|warum|ob)\b|关于|对于|至于)
    /#
  private nonisolated(unsafe) static let additions = /\s(?:and|und)\s/

  private nonisolated(unsafe) static let english =
    #/
    \b(?:sources?|documents?|passages?|context|text)(?:\ \w+)?
    \ (?:do\ not|does\ not|did\ not|don't|doesn't|didn't)\ (?:\w+\ )?
    (?:mention|say|state|contain|specify|provide|include|cover|give|describe|answer|discuss|tell)\b
    | \b(?:none|neither|nothing)\ (?:(?:of|in|from)\ )?(?:\w+\ ){0,2}
      (?:sources?|documents?|passages?|context|text)\b
    | \b(?:sources?|documents?|passages?|context|text)\ (?:says?|contains?|has|have|gives?|provides?)
      \ (?:nothing|no)\b
    | (?:\bnot|n't)\ (?:\w+\ )?
      (?:mentioned|stated|said|given|specified|described|covered|found|provided|discussed|contained
        |available|included)
      \ (?:in|by)\ (?:\w+\ ){0,2}(?:sources?|documents?|passages?|context|text)\b
    | \bno\ (?:information|mention|answer|details?|data)\b.*
      \ (?:in|by)\ (?:\w+\ ){0,2}(?:sources?|documents?|passages?|context|text)\b
    | \bno\ (?:information|details?|data)\b.*\ (?:is|are|was|were)\ (?:provided|given|available)\b
    | \bno\ mention\ of\b
    | \b(?:could|can|did|do|does)(?:\ not|not|n't)\ (?:find|have|contain)\ (?:any\ |enough\ )?
      (?:information|mention|details?|answer)
    | \bcannot\ be\ (?:determined|answered)\b
    | \bcannot\ (?:determine|answer|tell|say)\b.*\ from\ (?:\w+\ ){0,2}
      (?:sources?|documents?|passages?|context|text)\b
    | \b(?:sources?|documents?|passages?|context|text)\ (?:is|are)\ silent\b
    | \b(?:is|are|was|were)(?:\ not|n't)\ (?:mentioned|specified|stated)\b
    | \bunclear\ from\ (?:\w+\ ){0,2}(?:sources?|documents?|passages?|context|text)\b
    /#
  private nonisolated(unsafe) static let german =
    #/
    \b(?:quellen?|dokumente?n?)\ (?:nenn|enth[aä]lt|erwähn|sag|geben|gibt|steh)\w*(?:\ \w+){0,2}
    \ (?:nicht|kein)
    | \b(?:mach|find|enthalt)\w*\ (?:\w+\ ){0,4}(?:quellen?|dokumente?n?)\b(?:\ \w+){0,2}\ kein
    | \b(?:quellen?|dokumente?n?)\ (?:mach|find)\w*(?:\ \w+){0,2}\ kein
    | \b(?:aus|in)\ (?:den|der|dem)\ (?:\w+\ )?(?:quellen?|dokumente?n?)\b.*\b(?:nicht|kein)
    | \b(?:ist|war)\ (?:\w+\ ){0,3}nichts\ (?:\w+\ )?(?:bekannt|angegeben|gesagt|vermerkt)\b
    | \bnicht\ (?:angegeben|genannt|erwähnt|ersichtlich)\b
    | \bkeine\ (?:weiteren\ |näheren\ )?(?:informationen|angaben|hinweise)\b
    | \bfehl(?:t|en)\ in\ (?:den|der|dem)\ (?:\w+\ )?(?:quellen?|dokumente?n?)\b
    /#
  private nonisolated(unsafe) static let chinese =
    #/
    (?:文档|文件|资料|来源|上下文|文中)[中里]?并?(?:没有|未)\w{0,2}(?:提到|提及|说明|提供|包含|找到|相关|关于)
    | 没有(?:提供|给出|找到)|未(?:提供|给出|找到|明确)|没有\w{0,10}信息
    | 无法\w{0,8}(?:确定|得知|判断|回答)
    /#
}
